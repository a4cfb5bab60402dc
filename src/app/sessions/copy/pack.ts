import { lstat, readdir, readlink, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Header, Pack } from "tar-stream";
import { CoworkError, toCoworkError } from "../../../errors.ts";
import { isAbsent } from "../../../system/files/files.ts";
import { openRegularFile } from "../../../system/files/regular-file.ts";
import { plain } from "../../../system/text.ts";
import { maxEntries, tooLarge } from "./limit.ts";

export interface Packed {
  files: number;
  /** names of what was left out: devices, sockets, files that cannot be read */
  skipped: string[];
}

/**
 * Writes a file or a folder of this machine as a tar stream with one entry `x`. A link itself is followed, links in a folder are copied as links.
 * @throws FILE_NOT_FOUND, FILE_TOO_LARGE, PERMISSION_DENIED
 */
export async function pack(given: string, out: Writable, { maxBytes }: { maxBytes: number }): Promise<Packed> {
  const path = await realpath(given).catch((error: unknown) => {
    if (!isAbsent(error)) throw toCoworkError(error);
    throw new CoworkError("FILE_NOT_FOUND", `There is no ${plain(given)}.`);
  });
  const { pack: createPack } = await import("tar-stream");
  const tar = createPack({});
  // Its errors arrive through the pipeline.
  tar.on("error", () => undefined);
  const sent = pipeline(tar, out);
  sent.catch(() => undefined);
  const state: State = { tar, path, room: maxBytes, maxBytes, entries: 0, packed: { files: 0, skipped: [] } };
  try {
    const top = await stat(path);
    if (!top.isDirectory() && !top.isFile())
      throw new CoworkError("COPY_FAILED", `${plain(path)} is neither a file nor a folder.`);
    if (top.isDirectory()) await addFolder(state, path, "x");
    else await addFile(state, path, "x", true);
    tar.finalize();
    await sent;
    return state.packed;
  } catch (error) {
    tar.destroy();
    throw toCoworkError(error);
  }
}

interface State {
  tar: Pack;
  path: string;
  /** bytes that may still follow */
  room: number;
  maxBytes: number;
  entries: number;
  packed: Packed;
}

async function addFolder(state: State, path: string, name: string): Promise<void> {
  const { mode, mtime } = await lstat(path);
  addEmpty(state, { name: `${name}/`, type: "directory", mode: mode & 0o777, mtime });
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const [inner, innerName] = [join(path, entry.name), `${name}/${entry.name}`];
    if (entry.isDirectory()) await addFolder(state, inner, innerName);
    else if (entry.isFile()) await addFile(state, inner, innerName, false);
    else if (entry.isSymbolicLink()) {
      addEmpty(state, { name: innerName, type: "symlink", linkname: await readlink(inner), mode: 0o777 });
      state.packed.files += 1;
    } else state.packed.skipped.push(plain(inner));
  }
}

function addEmpty(state: State, header: Partial<Header> & Pick<Header, "name">): void {
  if ((state.entries += 1) > maxEntries)
    throw new CoworkError("FILE_TOO_LARGE", `There are more than ${maxEntries} files and folders to copy.`);
  state.tar.entry(header, "").on("error", () => undefined);
}

async function addFile(state: State, path: string, name: string, isTop: boolean): Promise<void> {
  const file = await openRegularFile(path, isTop ? {} : { root: state.path });
  if (file === undefined) {
    if (isTop) throw new CoworkError("PERMISSION_DENIED", `${plain(path)} cannot be read.`);
    state.packed.skipped.push(plain(path));
    return;
  }
  try {
    const { size, mode, mtime } = await file.stat();
    if ((state.room -= size) < 0) throw tooLarge(state.maxBytes);
    const header = { name, size, mode: mode & 0o777, mtime };
    if (size === 0) addEmpty(state, header);
    else {
      // A file that grows meanwhile is cut at the size that was announced.
      const content = file.createReadStream({ start: 0, end: size - 1 });
      const entry = state.tar.entry(header);
      entry.on("error", () => undefined);
      await pipeline(content, entry);
    }
    state.packed.files += 1;
  } finally {
    await file.close();
  }
}
