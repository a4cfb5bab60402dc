import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeLaunchers } from "../../../../src/devcontainer/cli/launchers.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test("all users in a container can run them, and the mount points exist", async () => {
  const paths = coworkPaths(await temporaryFolder());
  const before = process.umask(0o077);
  const folder = await writeLaunchers({ paths }).finally(() => process.umask(before));
  expect((await readdir(folder)).toSorted()).toEqual(["agents", "bin", "session"]);
  expect(await readdir(join(folder, "bin"))).toEqual(expect.arrayContaining(["quiesce", "claude"]));
  for (const path of [folder, ...["agents", "bin", "session", "bin/quiesce"].map((name) => join(folder, name))]) {
    expect(await modeOf(path)).toBe(0o755);
  }
  expect(await readFile(join(folder, "bin/quiesce"), "utf8")).toMatch(/^#!\/bin\/sh/);
});

test("several in parallel write one folder", async () => {
  const paths = coworkPaths(await temporaryFolder());
  const folders = await Promise.all(Array.from({ length: 8 }, () => writeLaunchers({ paths })));
  expect(new Set(folders).size).toBe(1);
  expect(await readdir(join(paths.lib, "container"))).toHaveLength(1);
});

test("a complete folder is kept, because containers have it mounted", async () => {
  const paths = coworkPaths(await temporaryFolder());
  const folder = await writeLaunchers({ paths });
  const { ino } = await stat(folder);
  await writeLaunchers({ paths });
  expect((await stat(folder)).ino).toBe(ino);
});

test.each([
  ["one is missing", (bin: string) => rm(join(bin, "quiesce"))],
  ["one is truncated", (bin: string) => writeFile(join(bin, "quiesce"), "#!/bin/sh\n")],
  ["one is not executable", (bin: string) => chmod(join(bin, "quiesce"), 0o644)],
  ["there is an extra file", (bin: string) => writeFile(join(bin, "other"), "")],
])("if %s, they are written again", async (_, damage) => {
  const paths = coworkPaths(await temporaryFolder());
  const folder = await writeLaunchers({ paths });
  const names = await readdir(join(folder, "bin"));
  await damage(join(folder, "bin"));
  expect(await writeLaunchers({ paths })).toBe(folder);
  expect(await readdir(join(folder, "bin"))).toEqual(names);
  expect(await modeOf(join(folder, "bin/quiesce"))).toBe(0o755);
});
