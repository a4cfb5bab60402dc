import { join } from "node:path";
import { execa } from "execa";

/** The source tree that the tests belong to. */
export const tree = join(import.meta.dirname, "..", "..", "..");

/** The tree as it is, without what git ignores, as a tar archive. */
export async function treeArchive(): Promise<Uint8Array> {
  const list = await execa("git", ["-C", tree, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  const args = ["-C", tree, "--null", "--files-from=-", "--ignore-failed-read", "-cf", "-"];
  const { stdout } = await execa("tar", args, { input: list.stdout, encoding: "buffer" });
  return stdout;
}
