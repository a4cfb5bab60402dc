import { chmod, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findProgram } from "../../../src/system/process/find-program.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { remembered, stampOf, type Found } from "../../../src/system/remembered.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const counted = (answers: string[]): (() => Promise<Found>) => {
  return async () => ({ value: answers.shift() ?? "asked too often" });
};

test("is computed once, and again if its dependencies change", async () => {
  const ctx = { paths: coworkPaths(await temporaryFolder()) };
  const find = counted(["one", "two"]);
  expect(await remembered(ctx, "it", ["a"], find)).toBe("one");
  expect(await remembered(ctx, "it", ["a"], find)).toBe("one");
  expect(await remembered(ctx, "it", ["b"], find)).toBe("two");
  expect(await readdir(join(ctx.paths.home, "cache"))).toEqual(["it.json"]);
});

test("failures and incomplete results are not cached", async () => {
  const ctx = { paths: coworkPaths(await temporaryFolder()) };
  const fail = async (): Promise<Found> => {
    throw new Error("not now");
  };
  expect(await remembered(ctx, "it", ["a"], async () => ({ value: "half", partly: true }))).toBe("half");
  await expect(remembered(ctx, "it", ["a"], fail)).rejects.toThrow("not now");
  expect(await remembered(ctx, "it", ["a"], counted(["one"]))).toBe("one");
});

test.each([
  ["invalid JSON", "half of"],
  ["another kind of JSON", "[1]"],
  ["nothing", "null"],
  ["no text", JSON.stringify({ depends: "cowork 0.0.0-source\na", value: 1 })],
  ["what another version found", JSON.stringify({ depends: "cowork 0.0.1\na", value: "old" })],
])("a file with %s is replaced", async (_, content) => {
  const ctx = { paths: coworkPaths(await temporaryFolder()) };
  await mkdir(join(ctx.paths.home, "cache"), { recursive: true });
  await writeFile(ctx.paths.remembered("it"), content);
  expect(await remembered(ctx, "it", ["a"], counted(["one"]))).toBe("one");
  expect(await remembered(ctx, "it", ["a"], counted([]))).toBe("one");
});

test("without a writable cache it is computed every time", async () => {
  const home = await temporaryFolder();
  await writeFile(join(home, "cache"), "in the way");
  const ctx = { paths: coworkPaths(home) };
  const find = counted(["one", "two"]);
  expect([await remembered(ctx, "it", ["a"], find), await remembered(ctx, "it", ["a"], find)]).toEqual(["one", "two"]);
});

test("a stamp changes when the target of a link is written", async () => {
  const folder = await temporaryFolder();
  const [file, link] = [join(folder, "file"), join(folder, "link")];
  await symlink(file, link);
  const stamps = [stampOf(link)];
  await writeFile(file, "one");
  stamps.push(stampOf(link));
  await writeFile(file, "two!");
  stamps.push(stampOf(link));
  expect(new Set(stamps).size).toBe(3);
});

test("a program is the first executable on the PATH", async () => {
  const folder = await temporaryFolder();
  const folders = ["empty", "folder", "not-allowed", "first", "second"].map((name) => join(folder, name));
  for (const path of folders) await mkdir(path);
  const [, isFolder, notAllowed, first, second] = folders as [string, string, string, string, string];
  await mkdir(join(isFolder, "tool"));
  for (const path of [notAllowed, first, second]) await writeFile(join(path, "tool"), "");
  for (const path of [first, second]) await chmod(join(path, "tool"), 0o755);
  expect(findProgram({ PATH: folders.join(":") }, "tool")).toBe(join(first, "tool"));
  expect(findProgram({ PATH: join(folder, "empty") }, "tool")).toBeUndefined();
  expect(findProgram({}, "tool")).toBeUndefined();
});
