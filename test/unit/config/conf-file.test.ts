import { chmod, mkdir, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConf } from "../../../src/config/read.ts";
import { changeConf, setConfValue } from "../../../src/config/write.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const corrupt = { code: "CONFIG_FILE_CORRUPT", hint: expect.any(String) as string };

async function conf(content?: string | Uint8Array): Promise<string> {
  const folder = join(await temporaryFolder(), ".cowork");
  if (content !== undefined) {
    await mkdir(folder);
    await writeFile(join(folder, ".cowork.conf"), content);
  }
  return join(folder, ".cowork.conf");
}

describe("readConf", () => {
  test("returns the keys of a file, undefined without a file", async () => {
    expect(await readConf(await conf())).toBeUndefined();
    expect(await readConf(await conf(""))).toEqual({});
    expect(await readConf(await conf("\ufeffA=1\nB=ü\n"))).toEqual({ A: "1", B: "ü" });
  });

  test.each([
    ["binary", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2])],
    ["not UTF-8", new Uint8Array([0x41, 0x3d, 0xff, 0xfe])],
    ["huge", "A=1\n".repeat(300_000)],
    ["nothing that ini reads", "'null'\n"],
    ["half merged", "<<<<<<< HEAD\nA=1\n=======\nA=2\n>>>>>>> x\n"],
  ])("refuses a file that is %s, and names it", async (_, content) => {
    const path = await conf(content);
    await expect(readConf(path)).rejects.toMatchObject({
      ...corrupt,
      message: expect.stringContaining(path) as string,
    });
    await expect(setConfValue(path, "A", "1")).rejects.toMatchObject(corrupt);
    expect((await stat(path)).size).toBe(content.length);
  });

  test("refuses a folder", async () => {
    const path = await conf("");
    await mkdir(join(path, "..", "folder"));
    await expect(readConf(join(path, "..", "folder"))).rejects.toMatchObject(corrupt);
  });

  test("follows links for the user's own file only", async () => {
    const own = await conf("A=1\n");
    const folder = join(await temporaryFolder(), ".cowork");
    await mkdir(folder);
    const path = join(folder, ".cowork.conf");
    await symlink(own, path);
    await expect(readConf(path)).rejects.toMatchObject(corrupt);
    await expect(setConfValue(path, "A", "2")).rejects.toMatchObject(corrupt);
    expect(await readConf(path, { follow: true })).toEqual({ A: "1" });
    await setConfValue(path, "A", "2", { follow: true });
    expect(await readFile(own, "utf8")).toBe("A=2\n");
    expect(await readConf(path, { follow: true })).toEqual({ A: "2" });
  });

  test("refuses a project's file in a linked folder", async () => {
    const own = await conf("A=1\n");
    const folder = join(await temporaryFolder(), ".cowork");
    await symlink(join(own, ".."), folder);
    await expect(readConf(join(folder, ".cowork.conf"))).rejects.toMatchObject(corrupt);
  });
});

describe("setConfValue", () => {
  test("creates file and folder", async () => {
    const path = await conf();
    await setConfValue(path, "A", "1");
    expect(await readConf(path)).toEqual({ A: "1" });
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(await readdir(join(path, ".."))).toEqual([".cowork.conf"]);
  });

  test("keeps the mode, and creates nothing to remove a key", async () => {
    const path = await conf("A=1\n");
    await chmod(path, 0o600);
    await setConfValue(path, "A", "2");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const none = await conf();
    await setConfValue(none, "A", undefined);
    expect(await readConf(none)).toBeUndefined();
  });
});

test("changeConf loses no concurrent change", async () => {
  const path = await conf();
  const ctx = {
    paths: coworkPaths(join(await temporaryFolder(), "home")),
    clock: systemClock,
    signal: new AbortController().signal,
  };
  const names = Array.from({ length: 6 }, (_, index) => `s${index}`);
  const add = async (name: string): Promise<void> =>
    await changeConf(ctx, path, ({ LIST = "" }) => ({ LIST: `${LIST} ${name}`.trim() }));
  await Promise.all(names.map(add));
  expect((await readConf(path))?.["LIST"]?.split(" ").toSorted()).toEqual(names);
  const before = await stat(path);
  await changeConf(ctx, path, ({ LIST }) => ({ LIST, OTHER: undefined }));
  expect((await stat(path)).ino).toBe(before.ino);
});
