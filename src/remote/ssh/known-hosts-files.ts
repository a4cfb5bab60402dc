import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { toCoworkError } from "../../errors.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { parseKnownHosts, type KnownLine } from "./known-hosts.ts";
import { readOwnFile } from "./own-file.ts";

const maxBytes = 32 * 1024 * 1024;

/** Reads known_hosts files. A missing file counts as empty. */
export async function readKnownHosts(files: readonly string[]): Promise<KnownLine[]> {
  const texts = await Promise.all(files.map(readUserFile));
  return files.flatMap((file, index) => parseKnownHosts(texts[index] ?? "", file));
}

/** Appends a line in one write, because other programs may append, too. Creates a missing file with 0600 in a folder with 0700. */
export async function addKnownHost(file: string, line: string): Promise<void> {
  try {
    await ensureFolder(dirname(file));
    const before = await readUserFile(file);
    const handle = await open(file, "a", 0o600);
    try {
      await handle.writeFile(before === undefined || before === "" || before.endsWith("\n") ? line : `\n${line}`);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw toCoworkError(error);
  }
}

async function readUserFile(path: string): Promise<string | undefined> {
  const bytes = await readOwnFile(path, maxBytes);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
