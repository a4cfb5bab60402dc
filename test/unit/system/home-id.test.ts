import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { homeId, homeLabels, readHomeId } from "../../../src/system/home-id.ts";
import { coworkPaths } from "../../../src/system/paths.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "cowork-home-id-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = promisify(execFile);

test("a home gets a random id on first use and keeps it; other users cannot read it", async () => {
  const one = coworkPaths(join(folder, "deep", "one"));
  const two = coworkPaths(join(folder, "two"));
  const id = homeId(one);
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(homeId(one)).toBe(id);
  expect(homeId(two)).not.toBe(id);
  expect(await readFile(one.homeId, "utf8")).toBe(`${id}\n`);
  expect((await stat(one.homeId)).mode & 0o777).toBe(0o600);
  expect((await stat(one.home)).mode & 0o777).toBe(0o700);
});

test("reading creates nothing, and labels from before homes had ids count as the home's", () => {
  const paths = coworkPaths(join(folder, "home"));
  expect(readHomeId(paths)).toBeUndefined();
  expect(homeLabels(paths)).toEqual([paths.pathHash]);
  const id = homeId(paths);
  expect(homeLabels(paths)).toEqual([id, paths.pathHash]);
});

test("concurrent commands agree on one id", async () => {
  const home = join(folder, "home");
  const script = `
    import { homeId } from ${JSON.stringify(join(import.meta.dirname, "../../../src/system/home-id.ts"))};
    import { coworkPaths } from ${JSON.stringify(join(import.meta.dirname, "../../../src/system/paths.ts"))};
    process.stdout.write(homeId(coworkPaths(${JSON.stringify(home)})));`;
  const outputs = await Promise.all(
    Array.from({ length: 6 }, () => run(process.execPath, ["--input-type=module", "-e", script])),
  );
  expect(new Set(outputs.map(({ stdout }) => stdout))).toEqual(new Set([homeId(coworkPaths(home))]));
});

test.each(["", "not an id\n", "../../etc\n"])("a damaged file (%j) is replaced", async (text) => {
  const paths = coworkPaths(folder);
  await writeFile(paths.homeId, text);
  const id = homeId(paths);
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(homeId(paths)).toBe(id);
});

test("a link in its place is replaced, not followed", async () => {
  const paths = coworkPaths(join(folder));
  const elsewhere = join(folder, "elsewhere");
  await writeFile(elsewhere, `${"a".repeat(32)}\n`);
  await symlink(elsewhere, paths.homeId);
  expect(homeId(paths)).not.toBe("a".repeat(32));
  expect(await readFile(elsewhere, "utf8")).toBe(`${"a".repeat(32)}\n`);
});
