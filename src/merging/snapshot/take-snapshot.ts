import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { GitInside } from "../../clone/types.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { removeTree } from "../../system/files/tree.ts";
import { plain } from "../../system/text.ts";
import { maxPackBytes, maxPaths, snapshotMs } from "../limits.ts";
import { isOid, type Scratch } from "../scratch/scratch-git.ts";
import { takePack } from "../scratch/take-pack.ts";
import { readLook } from "./read-look.ts";
import { snapshotScript, tooManyPaths } from "./script.ts";

/** A session as it was a moment ago. */
export interface Snapshot {
  /** a commit of the working tree, or what is checked out if nothing is uncommitted; undefined: the clone has no commit and no file */
  tip: string | undefined;
  head: string | undefined;
  /** an unfinished operation of git: `tip` is what is checked out */
  during: string | undefined;
}

export interface SnapshotRequest {
  /** the session's id */
  id: string;
  /** the commit that the session started from */
  start: string;
  running: boolean;
  /** commits that the scratch repository has, in the project or because of an earlier look */
  have: readonly string[];
  /** tips of earlier looks */
  known: readonly string[];
}

/** What a look found, before its objects are checked; `file` is a pack that the caller removes. */
export interface Look extends Snapshot {
  file: string | undefined;
}

/**
 * Looks at one clone from inside. Its output is not checked further than its form.
 * @throws GIT_FAILED if the session is over a limit or its git fails, TIMEOUT, OUTPUT_TOO_LARGE, ENGINE_…, HOST_…
 */
export async function readSnapshot(
  ctx: Context,
  inside: GitInside,
  format: "sha1" | "sha256",
  request: SnapshotRequest,
): Promise<Look> {
  if (!isOid(request.start)) throw new CoworkError("INTERNAL", `${plain(request.start)} is not a commit id.`);
  const folder = join(ctx.paths.stateRoot, ".tmp");
  await ensureFolder(folder, { mode: 0o700 });
  const file = join(folder, `snapshot-${randomBytes(8).toString("hex")}.pack`);
  const lines = [...request.have.map((oid) => `have ${oid}\n`), ...request.known.map((oid) => `known ${oid}\n`)];
  const script = snapshotScript(request.start, `snapshot-${request.id.replace(/[^A-Za-z0-9._-]/g, "-")}`);
  try {
    const { code, stderr } = await inside.save(script, file, {
      input: Buffer.from(lines.join("")),
      timeoutMs: request.running ? snapshotMs.running : snapshotMs.stopped,
      maxBytes: maxPackBytes,
    });
    if (code === tooManyPaths) throw failed(`more than ${maxPaths.toLocaleString("en")} files have changed`);
    if (code !== 0) throw failed(lastLine(stderr) || `git inside ended with code ${code}`);
    const look = checkLook(stderr, format, request.known);
    if (look.isSame) await removeTree(file);
    return { ...look.snapshot, file: look.isSame ? undefined : file };
  } catch (error) {
    await removeTree(file);
    throw error;
  }
}

/**
 * Takes what the look found into the scratch repository, and removes the file.
 * @returns bytes that were taken in
 * @throws GIT_FAILED, TIMEOUT, DISK_FULL
 */
export async function takeLook(ctx: Context, scratch: Scratch, { file }: Look): Promise<number> {
  if (file === undefined) return 0;
  try {
    return await takePack(ctx, scratch, file);
  } finally {
    await removeTree(file);
  }
}

function checkLook(
  stderr: string,
  format: "sha1" | "sha256",
  known: readonly string[],
): { snapshot: Snapshot; isSame: boolean } {
  const { head, tip, during, isSame, format: its } = readLook(stderr);
  if (its !== format) throw failed(`its repository is not ${format}, as the project's is`);
  for (const oid of [head, tip]) if (oid !== undefined && !isOid(oid, format)) throw failed("its git named no commit");
  // Otherwise the session could name any commit that others sent.
  if (isSame && tip !== undefined && !known.includes(tip)) throw failed("its git sent nothing");
  return { snapshot: { head, tip, during: during === undefined ? undefined : plain(during).slice(0, 40) }, isSame };
}

function lastLine(stderr: string): string {
  const line = stderr.split("\n").findLast((text) => text.trim() !== "" && !text.startsWith("cowork-"));
  return plain(line ?? "").slice(0, 200);
}

function failed(why: string): CoworkError {
  return new CoworkError("GIT_FAILED", why);
}

/** Why a session could not be judged, in one line. */
export function reasonFor(error: unknown): string {
  const known = toCoworkError(error);
  if (known.code === "TIMEOUT") return "it took too long";
  if (known.code === "OUTPUT_TOO_LARGE") return "it has more than is compared";
  return plain(known.message).slice(0, 300);
}
