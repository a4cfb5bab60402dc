import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { join, resolve } from "node:path";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { toCoworkError, usageError } from "../../../errors.ts";
import { ownCommand } from "../../../hint.ts";
import type { Context } from "../../../system/context.ts";
import { ensureFolder } from "../../../system/files/files.ts";
import { removeTree } from "../../../system/files/tree.ts";
import { plain } from "../../../system/text.ts";
import { findOneSession } from "../../find/one-session.ts";
import { hostOfOne } from "../../hosts.ts";
import type { Scope } from "../../scope.ts";
import { limited } from "./limit.ts";
import { pack } from "./pack.ts";
import { type CopyPlace, nameOf, readPlaces } from "./places.ts";
import { localTarget, putInPlace, temporaryBeside } from "./put.ts";
import { type CopySession, runInside } from "./run-inside.ts";
import { inScript, outScript } from "./scripts.ts";
import { unpack } from "./unpack.ts";

export interface CopyOptions {
  /** replace files */
  force: boolean;
  maxBytes: number;
}

export interface CopyIo {
  cwd: string;
  stdin: Readable;
  stdout: Writable;
  signal: AbortSignal;
}

export interface CopyResult {
  /** where it is now: a path, `session:path`, or `-` */
  to: string;
  files: number;
  /** what was left out, and what the session said */
  notes: string[];
}

/**
 * Copies a file or a folder from a session or into one, as `cp -r` would, through a program that runs there as the session's user.
 * What arrives is complete or not there at all.
 * @throws USAGE, FILE_NOT_FOUND, FILES_IN_THE_WAY, FILE_TOO_LARGE, PERMISSION_DENIED, COPY_FAILED, as `connect`
 */
export async function copyFiles(
  scope: Scope,
  [from, to]: [from: string, to: string],
  options: CopyOptions,
  io: CopyIo,
): Promise<CopyResult> {
  const [source, target] = readPlaces(from, to);
  try {
    if (source.kind === "session") return await copyOut(scope, { source, target }, options, io);
    if (target.kind === "session") return await copyIn(scope, { source, target }, options, io);
  } catch (error) {
    throw toCoworkError(error);
  }
  throw usageError("One of the two paths must be in a session.", "cowork cp a:report.md .");
}

type InSession = Extract<CopyPlace, { kind: "session" }>;

async function copyOut(
  scope: Scope,
  { source, target }: { source: InSession; target: CopyPlace },
  options: CopyOptions,
  io: CopyIo,
): Promise<CopyResult> {
  const name = nameOf(source.path);
  const place = target.kind === "local" ? await localTarget(localPath(io.cwd, target.path), name) : undefined;
  const to = target.kind === "local" ? target.path : "-";
  const session = await findSession(scope, source, (its) => [`${its}:${source.path}`, to]);
  const { ctx } = scope;
  const folder = place === undefined ? await ownTemporary(ctx) : await temporaryBeside(place, randomName());
  try {
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    stdin.end();
    const limits = { maxBytes: options.maxBytes, umask: ctx.umask ?? 0o022 };
    const work = unpack(stdout, folder, limits);
    const { result, complaints } = await runInside(session, [outScript, source.path], {
      stdin,
      stdout,
      signal: io.signal,
      work,
    });
    const copy = join(folder, "x");
    if (place !== undefined) await putInPlace(copy, place, options.force);
    else if (result.kind === "folder")
      throw usageError(
        `${plain(source.path)} is a folder, and only a file can be written to stdout.`,
        "cowork cp a:folder .",
      );
    else await pipeline(createReadStream(copy), io.stdout, { end: false });
    return { to: place ?? "-", files: result.files, notes: notesOf(result.skipped, complaints) };
  } finally {
    await removeTree(folder);
  }
}

async function copyIn(
  scope: Scope,
  { source, target }: { source: CopyPlace; target: InSession },
  options: CopyOptions,
  io: CopyIo,
): Promise<CopyResult> {
  const from = source.kind === "local" ? source.path : "-";
  const session = await findSession(scope, target, (its) => [from, `${its}:${target.path}`]);
  const spool = source.kind === "stream" ? await ownTemporary(scope.ctx) : undefined;
  try {
    // The length must be known before: else the end of a broken connection would be the end of the file.
    const path = spool === undefined ? localPath(io.cwd, source.kind === "local" ? source.path : "") : join(spool, "x");
    if (spool !== undefined)
      await pipeline(io.stdin, limited(options.maxBytes), createWriteStream(path, { flags: "wx" }), {
        signal: io.signal,
      });
    const name = spool === undefined ? nameOf(path) : undefined;
    const given = source.kind === "local" && nameOf(source.path) === undefined ? "" : (name ?? "");
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    stdout.resume();
    const work = pack(path, stdin, options);
    const words = [inScript, target.path, given, options.force ? "force" : "", randomName()] as const;
    const { result, complaints } = await runInside(session, words, { stdin, stdout, signal: io.signal, work });
    const to = `${session.request.selector.names[0]}:${target.path}`;
    return { to, files: result.files, notes: notesOf(result.skipped, complaints) };
  } finally {
    if (spool !== undefined) await removeTree(spool);
  }
}

/** A slash at the end stays: it says that the path is a folder. */
function localPath(cwd: string, path: string): string {
  return resolve(cwd, path) + (path.endsWith("/") ? "/" : "");
}

async function findSession(
  scope: Scope,
  { session, path }: InSession,
  again: (name: string) => string[],
): Promise<CopySession> {
  const found = await findOneSession(scope, session, "cp", (name) => ownCommand("cp", ...again(name)));
  const { scope: its, selector } = found;
  const settings = await its.settings();
  return { host: await hostOfOne(its, selector), request: { selector, settings }, path };
}

async function ownTemporary(ctx: Context): Promise<string> {
  const folder = join(ctx.paths.stateRoot, ".tmp", `cp-${randomName()}`);
  await ensureFolder(folder, { mode: 0o700 });
  return folder;
}

function randomName(): string {
  return randomBytes(6).toString("hex");
}

function notesOf(skipped: readonly string[], complaints: readonly string[]): string[] {
  const names = skipped.slice(0, 5).join(", ") + (skipped.length > 5 ? ` and ${skipped.length - 5} more` : "");
  const left = skipped.length === 0 ? [] : [`left out, because only files and folders are copied: ${names}`];
  return [...left, ...complaints.filter((line) => line !== "").slice(0, 5)];
}
