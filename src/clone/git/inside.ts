import { ownCommand } from "../../hint.ts";
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, lstat, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { CoworkError } from "../../errors.ts";
import type { Labels } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";
import { removeTree } from "../../system/files/tree.ts";
import { defaultMaxBytes, limitedTo } from "./limited-to.ts";
import { insideScript, noGit } from "./inside-script.ts";
import type { GitInside, InsideOptions, InsideResult } from "../types.ts";

export interface InsideSpec {
  /** absolute path of the clone on the engine's machine */
  clone: string;
  /** its path in the session's container, if known: used when no container is running */
  place?: string;
  /** the session's uid and gid: programs inside run with them */
  uid: number;
  gid: number;
  /** the dev container's user is root: files of `.git` belong to root, so scripts that write run as root, too */
  worksAsRoot?: boolean;
  /** the session's container; used while it runs and has git */
  containerId?: string;
  /** images for the helper container, best first; a function is called only if the images before it cannot be used */
  images: readonly (string | (() => Promise<string>))[];
  /** for the helper container, so that one left by a crash is found */
  labels: Labels;
}

const defaultMaxOutput = 64 * 1024 * 1024;
const outFolder = "/cowork-out";

/**
 * Git for a clone that a container writes to: in that container, or in a helper container without network. Every call checks
 * again which of the two to use, because a session may be stopped in between. Methods throw ENGINE_UNREACHABLE, ENGINE_FAILED,
 * TIMEOUT, INTERRUPTED, and GIT_MISSING if no available image has git.
 */
export function gitInside(ctx: Context, spec: InsideSpec): GitInside {
  return {
    async script(text, options = {}) {
      const result = await inRunning(ctx, spec, (running) => execScript(ctx, spec, running, text, options));
      return result ?? (await helperScript(ctx, spec, text, options));
    },
    async save(text, file, options = {}) {
      const result = await inRunning(ctx, spec, (running) => attachSave(ctx, spec, running, text, file, options));
      return result ?? (await helperSave(ctx, spec, text, file, options));
    },
  };
}

interface Running {
  id: string;
  startedAt: string;
  /** where the clone is mounted */
  folder: string;
}

async function findRunning(ctx: Context, spec: InsideSpec): Promise<Running | undefined> {
  if (spec.containerId === undefined) return undefined;
  const container = await ctx.engine.findContainer(spec.containerId);
  if (container?.state !== "running") return undefined;
  const mount = container.mounts.find((each) => each.source === spec.clone);
  if (mount === undefined) return undefined;
  return { id: container.id, startedAt: container.startedAt, folder: mount.destination };
}

/**
 * Works in the session's container. Undefined if it does not run, has no git, or stops during the work: then the helper container is
 * used instead.
 */
async function inRunning<T extends { code: number }>(
  ctx: Context,
  spec: InsideSpec,
  work: (running: Running) => Promise<T>,
): Promise<T | undefined> {
  const running = await findRunning(ctx, spec);
  if (running === undefined) return undefined;
  try {
    const result = await work(running);
    return result.code === noGit || (await isFromStop(ctx, running, result)) ? undefined : result;
  } catch (error) {
    if (error instanceof CoworkError && error.code === "ENGINE_FAILED") return undefined;
    throw error;
  }
}

/** Whether a script failed because its container stops: a signal ended it first, or what it had started. */
async function isFromStop(ctx: Context, running: Running, { code }: { code: number }): Promise<boolean> {
  if (code === 0) return false;
  if (code > 128) return true;
  const now = await ctx.engine.findContainer(running.id);
  return now?.state !== "running" || now.startedAt !== running.startedAt;
}

function userFor({ uid, gid, worksAsRoot }: InsideSpec, { write }: InsideOptions): string {
  return write === true && worksAsRoot === true ? "0:0" : `${uid}:${gid}`;
}

async function execScript(
  ctx: Context,
  spec: InsideSpec,
  running: Running,
  text: string,
  options: InsideOptions,
): Promise<InsideResult> {
  const command = ["/bin/sh", "-c", insideScript(text, "container")] as const;
  return await ctx.engine.exec(
    running.id,
    { command, user: userFor(spec, options), workingDir: running.folder },
    limits(ctx, options),
  );
}

async function helperScript(
  ctx: Context,
  spec: InsideSpec,
  text: string,
  options: InsideOptions,
): Promise<InsideResult> {
  return await withHelper(ctx, spec, text, options, []);
}

type Bind = { source: string; target: string; readOnly?: boolean };

/** Tries the images in turn until one has git. */
async function withHelper(
  ctx: Context,
  spec: InsideSpec,
  text: string,
  options: InsideOptions,
  binds: Bind[],
): Promise<InsideResult> {
  const target = await cloneFolder(ctx, spec);
  for (const candidate of spec.images) {
    const image = typeof candidate === "string" ? candidate : await candidate();
    if ((await ctx.engine.findImage(image)) === undefined) continue;
    const clone = { source: spec.clone, target, readOnly: options.write !== true };
    const result = await ctx.engine.runHelper(
      {
        image,
        command: ["/bin/sh", "-c", insideScript(text, "helper")],
        user: userFor(spec, options),
        workingDir: target,
        binds: [clone, ...binds],
        labels: spec.labels,
      },
      limits(ctx, options),
    );
    if (result.code !== noGit) return result;
  }
  throw new CoworkError("GIT_MISSING", `No available image has git to inspect ${plain(basename(spec.clone))}.`, {
    hint: ["start the session, or run ", ownCommand("doctor")],
  });
}

/** The same path as in the session's container, if known, because added working trees refer to it. */
async function cloneFolder(ctx: Context, spec: InsideSpec): Promise<string> {
  const fallback = isUsable(spec.place) ? spec.place : `/workspaces/${basename(spec.clone)}`;
  if (spec.containerId === undefined) return fallback;
  const container = await ctx.engine.findContainer(spec.containerId);
  return container?.mounts.find((each) => each.source === spec.clone)?.destination ?? fallback;
}

/** An absolute path that contains none of the helper's own folders, and no character that separates the parts of a bind. */
function isUsable(place: string | undefined): place is string {
  return place !== undefined && /^\/workspaces\/[^:$\p{Cc}]+$/u.test(place) && !place.includes("/..");
}

function limits(
  ctx: Context,
  options: InsideOptions,
): { timeoutMs: number; maxOutput: number; signal: AbortSignal; input?: Uint8Array } {
  const { timeoutMs = 60_000, maxOutput = defaultMaxOutput, input } = options;
  return { timeoutMs, maxOutput, signal: ctx.signal, ...(input === undefined ? {} : { input }) };
}

type SaveOptions = Omit<InsideOptions, "maxOutput"> & { maxBytes?: number };

async function attachSave(
  ctx: Context,
  spec: InsideSpec,
  running: Running,
  text: string,
  file: string,
  options: SaveOptions,
): Promise<{ code: number; stderr: string }> {
  const { timeoutMs = 60_000, maxBytes = defaultMaxBytes, input } = options;
  const target = createWriteStream(file, { flags: "wx", mode: 0o600 });
  const counted = limitedTo(maxBytes);
  counted.pipe(target);
  // A full disk ends the stream early, so that the engine's side stops too.
  target.on("error", (error) => counted.destroy(error));
  const errors = new PassThrough();
  const stderr = collectText(errors);
  const stdin = new PassThrough();
  stdin.end(input ?? "");
  const time = AbortSignal.timeout(timeoutMs);
  const command = ["/bin/sh", "-c", insideScript(text, "container")] as const;
  try {
    const code = await ctx.engine.attach(
      running.id,
      { command, user: `${spec.uid}:${spec.gid}`, workingDir: running.folder },
      { stdin, stdout: counted, stderr: errors, signal: AbortSignal.any([ctx.signal, time]) },
    );
    counted.end();
    await finished(target);
    return { code, stderr: stderr() };
  } catch (error) {
    target.destroy();
    await removeTree(file);
    if (counted.errored instanceof CoworkError) throw counted.errored;
    if (time.aborted)
      throw new CoworkError(
        "TIMEOUT",
        `Reading ${plain(basename(spec.clone))} took longer than ${timeoutMs / 1000} s.`,
      );
    throw target.errored ?? error;
  }
}

function collectText(stream: PassThrough): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.length < 1000 && chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

/** A helper container writes into an empty folder, and only a regular file is accepted from there. */
async function helperSave(
  ctx: Context,
  spec: InsideSpec,
  text: string,
  file: string,
  options: SaveOptions,
): Promise<{ code: number; stderr: string }> {
  const { maxBytes = defaultMaxBytes } = options;
  const folder = join(ctx.paths.stateRoot, ".tmp", `out-${randomBytes(8).toString("hex")}`);
  try {
    await ensureFolder(join(ctx.paths.stateRoot, ".tmp"), { mode: 0o700 });
    await ensureFolder(folder, { mode: 0o700, uid: spec.uid, gid: spec.gid });
    const script = `ulimit -f ${Math.ceil(maxBytes / 512)}\n(\n${text}\n) >${outFolder}/data`;
    const { code, stderr } = await withHelper(ctx, spec, script, options, [{ source: folder, target: outFolder }]);
    const data = join(folder, "data");
    const stats = await lstat(data);
    if (!stats.isFile())
      throw new CoworkError("GIT_FAILED", `${plain(basename(spec.clone))} returned something other than a file.`);
    if (stats.size > maxBytes)
      throw new CoworkError("OUTPUT_TOO_LARGE", `The session's commits are larger than ${maxBytes} bytes.`);
    await rename(data, file);
    await chmod(file, 0o600);
    return { code, stderr };
  } finally {
    await removeTree(folder);
  }
}
