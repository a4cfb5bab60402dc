import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { overlaySource } from "../../../../src/devcontainer/source/source-overlay.ts";
import { memorySource } from "../../../support/engine/memory-source.ts";

const commit = memorySource({ "a/x": "1", "a/b/y": "2", z: "3", gone: "4" });
const clone = memorySource({
  "a/x": "1",
  "a/b/y": "changed",
  "a/n/m/k": "new",
  z: "agent's",
  ".env": "E",
  "folder/f": "F",
});
const overlay = overlaySource(commit, clone, ["a/b/y", "a/n/", ".env", "folder", "gone", "a/x"]);
const text = async (path: string): Promise<string> => new TextDecoder().decode(await overlay.read(path));

let target: string;
beforeEach(async () => {
  target = await mkdtemp(join(tmpdir(), "cowork-overlay-"));
});
afterEach(() => rm(target, { recursive: true, force: true }));

test("only the named paths come from the clone", async () => {
  expect(await Promise.all(["a/b/y", "a/n/m/k", "z", ".env", "folder/f"].map(text))).toEqual([
    "changed",
    "new",
    "3",
    "E",
    "F",
  ]);
  expect(await overlay.read("gone")).toBeUndefined();
  expect(await Promise.all(["", "a", "a/n", "a/n/m", "gone", "nothing"].map((path) => overlay.stat(path)))).toEqual([
    "folder",
    "folder",
    "folder",
    "folder",
    undefined,
    undefined,
  ]);
  expect(await overlay.list("")).toEqual([".env", "a", "folder", "z"]);
  expect(await overlay.list("a")).toEqual(["b", "n", "x"]);
});

test("a hash changes only with what is different", async () => {
  expect(await overlaySource(commit, clone, ["a/x"]).hash("a")).toBe(await commit.hash("a"));
  expect(await overlay.hash("z")).toBe(await commit.hash("z"));
  expect(await overlay.hash("a")).not.toBe(await commit.hash("a"));
  const other = memorySource({ ".env": "other" });
  expect(await overlaySource(commit, other, [".env"]).hash("")).not.toBe(
    await overlaySource(commit, clone, [".env"]).hash(""),
  );
});

test("an export is the commit's, with the named paths on top", async () => {
  await overlay.exportTo("", join(target, "all"));
  const files = (await readdir(join(target, "all"), { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  expect(
    files.map(({ parentPath, name }) => join(parentPath, name).slice(join(target, "all").length + 1)).toSorted(),
  ).toEqual([".env", "a/b/y", "a/n/m/k", "a/x", "folder/f", "z"]);
  expect(await readFile(join(target, "all/a/b/y"), "utf8")).toBe("changed");
  expect(await readFile(join(target, "all/z"), "utf8")).toBe("3");
  await overlay.exportTo("a/b", join(target, "b"));
  expect(await readFile(join(target, "b/y"), "utf8")).toBe("changed");
});
