import { constants } from "node:fs";
import { link, open } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Extract, Header } from "tar-stream";
import { CoworkError, toCoworkError } from "../../../errors.ts";
import { ensureFolder } from "../../../system/files/files.ts";
import { openParent } from "../../../system/files/open-folder.ts";
import { plain } from "../../../system/text.ts";
import { limited, maxEntries } from "./limit.ts";

export interface Unpacked {
  kind: "file" | "folder";
  files: number;
  /** names of what was left out: links, devices, names that are not UTF-8 */
  skipped: string[];
}

const maxDepth = 100;

/**
 * Unpacks what a session sent to `root`/x. The session may send anything: no name leads out of `root`, no link is made or followed,
 * nothing is written twice, and the stream ends at the limit.
 * @param root an empty folder of ours
 * @param limits.umask for the permissions of files and folders
 * @throws COPY_FAILED, FILE_TOO_LARGE, DISK_FULL
 */
export async function unpack(
  tar: Readable,
  root: string,
  { maxBytes, umask }: { maxBytes: number; umask: number },
): Promise<Unpacked> {
  const { extract } = await import("tar-stream");
  const entries = extract();
  // Its errors arrive through the loop and the pipeline.
  entries.on("error", () => undefined);
  const arrived = pipeline(tar, limited(maxBytes), entries);
  arrived.catch(() => undefined);
  const state: State = { root, umask, kind: undefined, made: new Set(), skipped: [], count: 0 };
  try {
    for await (const entry of entries) {
      if ((state.count += 1) > maxEntries) throw unexpected(`more than ${maxEntries} files and folders`);
      await take(state, entry);
    }
    await arrived;
  } catch (error) {
    entries.destroy();
    // The limit's error is the cause of the parser's.
    const cause = await arrived.then(
      () => error,
      (first: unknown) => (first instanceof CoworkError ? first : error),
    );
    throw asFailure(cause);
  }
  if (state.kind === undefined || (state.kind === "file" && state.made.size === 0)) throw unexpected("no file");
  return { kind: state.kind, files: state.made.size, skipped: state.skipped };
}

/** An entry of the archive: its header, and its content as a stream. */
type Entry = Extract extends AsyncIterable<infer T> ? T : never;

interface State {
  root: string;
  umask: number;
  kind: Unpacked["kind"] | undefined;
  /** files, as paths below `root` */
  made: Set<string>;
  skipped: string[];
  count: number;
}

async function take(state: State, entry: Entry): Promise<void> {
  const { header } = entry;
  const { root } = state;
  if (state.kind === undefined) {
    state.kind = header.type === "directory" ? "folder" : "file";
    if (state.kind === "folder" && partsOf(header.name).length > 0) throw unexpected("a folder with another name");
  } else if (state.kind === "file") throw unexpected("more than one file");
  const parts = state.kind === "file" ? [] : partsOf(header.name);
  const path = ["x", ...parts].join("/");
  if (path.includes("\ufffd")) return leaveOut(state, entry);
  if (header.type === "directory") {
    await ensureFolder(join(root, path), { root, mode: 0o700 | (0o777 & ~state.umask) });
    entry.resume();
  } else if (header.type === "file" || header.type === "contiguous-file") {
    await writeFile(root, path, entry, (isProgram(header) ? 0o777 : 0o666) & ~state.umask);
    state.made.add(path);
  } else if (header.type === "link" && state.kind === "folder") {
    // The second name of a file in the folder.
    const first = ["x", ...partsOf(header.linkname)].join("/");
    if (!state.made.has(first)) return leaveOut(state, entry);
    await linkFile(root, first, path);
    state.made.add(path);
    entry.resume();
  } else leaveOut(state, entry);
}

function leaveOut(state: State, entry: Entry): void {
  state.skipped.push(plain(entry.header.name).slice(0, 300));
  entry.resume();
}

/** @throws COPY_FAILED for a name that could lead anywhere else */
function partsOf(name: string): string[] {
  if (name.startsWith("/") || name.includes("\0")) throw unexpected(`a file named ${plain(name).slice(0, 200)}`);
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..") || parts.length > maxDepth) throw unexpected(`a file named ${plain(name).slice(0, 200)}`);
  return parts;
}

async function writeFile(root: string, path: string, entry: Entry, mode: number): Promise<void> {
  const { folder, name } = await openParent(join(root, path), root);
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = await open(folder.at(name), flags, 0o600);
    try {
      await file.writeFile(entry as AsyncIterable<Uint8Array>);
      await file.chmod(mode);
      const { mtime } = entry.header;
      await file.utimes(mtime, mtime);
    } finally {
      await file.close();
    }
  } finally {
    await folder.close();
  }
}

/** Only that; owner, other permissions and special bits are this machine's usual ones. */
function isProgram({ mode }: Header): boolean {
  return (mode & 0o100) !== 0;
}

async function linkFile(root: string, first: string, path: string): Promise<void> {
  const from = await openParent(join(root, first), root);
  try {
    const to = await openParent(join(root, path), root);
    try {
      await link(from.folder.at(from.name), to.folder.at(to.name));
    } finally {
      await to.folder.close();
    }
  } finally {
    await from.folder.close();
  }
}

function unexpected(what: string): CoworkError {
  return new CoworkError("COPY_FAILED", `The session sent ${what}. Nothing was copied.`);
}

function asFailure(error: unknown): CoworkError {
  const known = toCoworkError(error);
  const isOurs = ["DISK_FULL", "INTERRUPTED", "COPY_FAILED", "FILE_TOO_LARGE"].includes(known.code);
  if (isOurs) return known;
  return new CoworkError(
    "COPY_FAILED",
    `The session's files cannot be unpacked: ${plain(known.message).slice(0, 300)}`,
    {
      cause: error,
    },
  );
}
