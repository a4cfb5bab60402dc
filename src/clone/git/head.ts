import { dirname, join } from "node:path";
import { recall, type FileMemory } from "../../system/files/file-memory.ts";
import { readSmallFile } from "../../system/files/small-file.ts";

/** Far longer than any ref name that git accepts. */
const maxBytes = 4096;

/**
 * The clone's current branch, read as a file: no git runs and no link is followed, because a container writes there.
 * A `.git` that is a file or a link may lead anywhere, and is not read.
 *
 * @param path absolute path of the clone
 * @returns null if HEAD is detached, or is not readable in the form that git writes
 */
export function readHead(path: string, memory?: FileMemory): string | null {
  try {
    const file = join(path, ".git", "HEAD");
    const bytes = recall(memory, file, () => readSmallFile(file, { maxBytes, root: dirname(path) }));
    return /^ref: refs\/heads\/([^\0-\x20\x7f]+)\n?$/.exec(bytes?.toString("utf8") ?? "")?.[1] ?? null;
  } catch {
    return null;
  }
}
