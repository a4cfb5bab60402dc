import { lstat, readlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CoworkError } from "../../errors.ts";
import { isAbsent } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";

/**
 * Where a file of the user's own really lies, when links (of a dotfiles repository, say) lead there; that there may be nothing yet.
 * @throws PERMISSION_DENIED for links that lead round in a circle
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
  throw new CoworkError("PERMISSION_DENIED", `${plain(path)} is a link that leads nowhere.`, {
    hint: "put a file in its place, then run the same command again",
  });
}
