import { join } from "node:path";
import { execa } from "execa";

/** Root folder of the source tree under test. */
export const tree = join(import.meta.dirname, "..", "..", "..");

/** The working tree as a tar archive, without ignored files. */
export async function treeArchive(): Promise<Uint8Array> {
  const list = await execa("git", ["-C", tree, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  const args = ["-C", tree, "--null", "--files-from=-", "--ignore-failed-read", "-cf", "-"];
  const { stdout } = await execa("tar", args, { input: list.stdout, encoding: "buffer" });
  return stdout;
}
