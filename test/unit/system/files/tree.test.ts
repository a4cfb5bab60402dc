import { execFileSync } from "node:child_process";
import { chmod, cp, link, lstat, mkdir, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pathExists } from "../../../../src/system/files/files.ts";
import { chownTree, removeTree, treeSize } from "../../../../src/system/files/tree.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";
import { tree } from "../../../support/git/tree.ts";

const isRoot = process.getuid?.() === 0;

test("removeTree removes links, never their targets", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "precious"));
  await writeFile(join(folder, "precious", "a"), "a");
  await mkdir(join(folder, "removable", "sub"), { recursive: true });
  await symlink(join(folder, "precious"), join(folder, "removable", "sub", "out"));
  await symlink(join(folder, "precious", "a"), join(folder, "removable", "file"));
  await symlink("nowhere", join(folder, "removable", "dangling"));
  await removeTree(join(folder, "removable"));
  expect(await readdir(folder)).toEqual(["precious"]);
  expect(await readFile(join(folder, "precious", "a"), "utf8")).toBe("a");
  await symlink(join(folder, "precious"), join(folder, "removable"));
  await removeTree(join(folder, "removable"));
  expect(await readdir(join(folder, "precious"))).toEqual(["a"]);
});

test("removeTree accepts missing paths, files and names of any kind", async () => {
  const folder = await temporaryFolder();
  await removeTree(join(folder, "nothing"));
  await removeTree(join(folder, "no", "parent"));
  await writeFile(join(folder, "file"), "");
  await removeTree(join(folder, "file"));
  for (const name of ["-rf", "a\nb", "\u001b[31m", "ü", " ", "x".repeat(255)])
    await mkdir(join(folder, "d", name), { recursive: true });
  await Promise.all(
    Array.from({ length: 200 }, async (_, index) => await writeFile(join(folder, "d", `f${index}`), "")),
  );
  execFileSync("sh", ["-c", `mkfifo "$1"`, "sh", join(folder, "d", "pipe")]);
  // A name that is not valid UTF-8, which a container can create.
  execFileSync("sh", [
    "-c",
    `cd "$1" && mkdir "$(printf 'a\\377b')" && touch "$(printf 'a\\377b/\\376')"`,
    "sh",
    join(folder, "d"),
  ]);
  await removeTree(join(folder, "d"));
  expect(await readdir(folder)).toEqual([]);
});

test("removeTree removes very deep trees", async () => {
  const folder = await temporaryFolder();
  let script = "mkdir d; cd d";
  for (let depth = 0; depth < 600; depth++) script += "; mkdir sub; cd sub";
  execFileSync("sh", ["-c", script], { cwd: folder });
  await removeTree(join(folder, "d"));
  expect(await readdir(folder)).toEqual([]);
});

test("an ordinary user's read-only folders are removed, too", async () => {
  const folder = await temporaryFolder();
  await chmod(folder, 0o777);
  const removable = join(folder, "removable");
  await mkdir(join(removable, "sub", "deep"), { recursive: true });
  await writeFile(join(removable, "sub", "a"), "a");
  await writeFile(join(removable, "sub", "deep", "b"), "b");
  if (isRoot) await chownTree(removable, 54321, 54321);
  await chmod(join(removable, "sub", "deep"), 0o000);
  await chmod(join(removable, "sub"), 0o500);
  await runAsOther(folder, removable);
  expect(await pathExists(removable)).toBe(false);
});

test("the error names what an ordinary user may not remove", async () => {
  const folder = await temporaryFolder();
  await chmod(folder, 0o777);
  const removable = join(folder, "kept", "removable");
  await mkdir(removable, { recursive: true });
  await writeFile(join(removable, "file"), "");
  if (isRoot) await chownTree(join(folder, "kept"), 54321, 54321);
  await chmod(join(folder, "kept"), 0o500);
  await expect(runAsOther(folder, removable)).rejects.toThrow(/kept\/removable cannot be removed/);
  await chmod(join(folder, "kept"), 0o700);
});

/** As root: in a child process of an ordinary user, with a readable copy of the program. */
async function runAsOther(folder: string, removable: string): Promise<void> {
  if (!isRoot) return await removeTree(removable);
  const copy = join(folder, "program");
  await cp(join(tree, "src", "system"), join(copy, "system"), { recursive: true });
  for (const file of ["errors.ts", "hint.ts", "contract/error-codes.ts", "contract/usual-agent.ts"])
    await cp(join(tree, "src", file), join(copy, file));
  execFileSync("chmod", ["-R", "a+rX", copy]);
  const script = `import(process.argv[1]).then((tree) => tree.removeTree(process.argv[2])).catch((error) => {
    console.error(error.code, error.message); process.exit(1); });`;
  const node = join(folder, "node");
  await cp(process.execPath, node);
  const options = { uid: 54321, gid: 54321, cwd: "/", stdio: "pipe" as const };
  execFileSync(node, ["-e", script, join(copy, "system", "files", "tree.ts"), removable], options);
}

test("chownTree changes links themselves, never their targets", async () => {
  // An ordinary user cannot change the owner of files: then the test only shows that nothing fails.
  const [uid, gid] = isRoot ? [1234, 4321] : [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const folder = await temporaryFolder();
  await mkdir(join(folder, "precious"));
  await writeFile(join(folder, "precious", "a"), "");
  await mkdir(join(folder, "tree", "sub"), { recursive: true });
  await writeFile(join(folder, "tree", "sub", "file"), "");
  await symlink(join(folder, "precious"), join(folder, "tree", "sub", "link"));
  await chownTree(join(folder, "tree"), uid, gid);
  const owners = async (...names: string[]) =>
    await Promise.all(names.map(async (name) => (await lstat(join(folder, name))).uid));
  expect(await owners("tree", "tree/sub", "tree/sub/file", "tree/sub/link")).toEqual([uid, uid, uid, uid]);
  const own = process.getuid?.();
  expect(await owners("precious", "precious/a")).toEqual([own, own]);
  expect((await lstat(join(folder, "tree", "sub", "link"))).gid).toBe(gid);
});

test("treeSize returns the same size as du", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "tree", "sub"), { recursive: true });
  await writeFile(join(folder, "big"), Buffer.alloc(5_000_000));
  await writeFile(join(folder, "tree", "a"), Buffer.alloc(100_000, 1));
  await link(join(folder, "tree", "a"), join(folder, "tree", "sub", "same"));
  await symlink(join(folder, "big"), join(folder, "tree", "sub", "link"));
  const du = execFileSync("du", ["-s", "--block-size=1", join(folder, "tree")], { encoding: "utf8" });
  expect(await treeSize(join(folder, "tree"))).toBe(Number.parseInt(du, 10));
  expect(await treeSize(join(folder, "none"))).toBe(0);
});
