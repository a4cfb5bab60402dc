import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { openParent, type Inside, type OpenFolder } from "./open-folder.ts";

/**
 * Opens a regular file for reading in parts. Below `root` no link is followed, and nothing that is in the file's place is waited for.
 * @returns undefined if it does not exist, cannot be opened, or is anything else
 */
export async function openRegularFile(path: string, { root }: Inside = {}): Promise<FileHandle | undefined> {
  let folder: OpenFolder | undefined;
  let file: FileHandle | undefined;
  try {
    const parent = await openParent(path, root);
    folder = parent.folder;
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
    file = await open(folder.at(parent.name), flags);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return undefined;
  } catch {
    await file?.close().catch(() => undefined);
    return undefined;
  } finally {
    await folder?.close();
  }
}
