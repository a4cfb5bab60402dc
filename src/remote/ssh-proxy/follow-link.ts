import { lstat, readlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CoworkError } from "../../errors.ts";
import { isAbsent } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";

/**
 * Resolves the links to one of the user's files (in a dotfiles repository, say). The target may not exist yet.
 * @throws PERMISSION_DENIED for circular links
 */
export async function followLink(path: string): Promise<string> {
  let now = path;
  for (let steps = 0; steps < 40; steps++) {
    const found = await lstat(now).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    });
    if (found?.isSymbolicLink() !== true) return now;
    now = resolve(dirname(now), await readlink(now));
  }
  throw new CoworkError("PERMISSION_DENIED", `${plain(path)} is a circular link.`, {
    hint: "replace it with a file, then run the same command again",
  });
}
