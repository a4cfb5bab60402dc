import { chmod, lstat, mkdir, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { hasPolicy, writePolicy } from "../../../src/agent/policy-files.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const files = { "rules.d/one.json": "1\n", "rules.d/two.json": "2\n", "managed.toml": "x = 1\n" };
let folder: string;
beforeEach(async () => {
  folder = join(await temporaryFolder(), "policy");
});

const names = async (): Promise<string[]> => (await readdir(folder, { recursive: true })).toSorted();

test("several files, also in sub-folders, are written for every user to read, and found complete", async () => {
  expect(await hasPolicy(folder, files)).toBe(false);
  await writePolicy(folder, files);
  expect(await hasPolicy(folder, files)).toBe(true);
  expect(await names()).toEqual(["managed.toml", "rules.d", "rules.d/one.json", "rules.d/two.json"]);
  expect(await readFile(join(folder, "rules.d/two.json"), "utf8")).toBe("2\n");
  const modes = await Promise.all(["", "rules.d", "rules.d/one.json"].map((name) => lstat(join(folder, name))));
  expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o755, 0o755, 0o644]);
});

test.each([
  ["another content", async () => await writeFile(join(folder, "managed.toml"), "x = 2\n")],
  ["a file more", async () => await writeFile(join(folder, "rules.d/three.json"), "3\n")],
  ["a link instead of a file", async () => await replaceByLink("rules.d/one.json")],
  [
    "a folder more",
    async () => {
      await mkdir(join(folder, "more.d"));
      await writeFile(join(folder, "more.d/four.json"), "4\n");
    },
  ],
])("a folder with %s is not the policy, and is made so again", async (_, change) => {
  await writePolicy(folder, files);
  await change();
  expect(await hasPolicy(folder, files)).toBe(false);
  await writePolicy(folder, files);
  expect(await hasPolicy(folder, files)).toBe(true);
});

async function replaceByLink(name: string): Promise<void> {
  const other = join(folder, "../other");
  await writeFile(other, files["rules.d/one.json"]);
  await writePolicy(folder, { ...files, [name]: "old\n" });
  const { rm } = await import("node:fs/promises");
  await rm(join(folder, name));
  await symlink(other, join(folder, name));
}

test("files of an earlier version go only after those of this one are there", async () => {
  await writePolicy(folder, { "old.json": "old\n" });
  await chmod(folder, 0o755);
  await writePolicy(folder, files);
  expect(await names()).toEqual(["managed.toml", "rules.d", "rules.d/one.json", "rules.d/two.json"]);
});

test("what another process is about to put in its place is not touched", async () => {
  await writePolicy(folder, files);
  await writeFile(join(folder, ".cowork-1.tmp"), "half");
  expect(await hasPolicy(folder, files)).toBe(true);
  await writePolicy(folder, { ...files, "managed.toml": "x = 3\n" });
  expect(await names()).toContain(".cowork-1.tmp");
});
