import { mkdir, readFile, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { createFileMemory, recall, type FileMemory } from "../../../../src/system/files/file-memory.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

let folder: string;
let file: string;
let reads: number;
/** The memory's clock runs ahead, so that files that were just written count as old. */
let ahead: number;
let memory: FileMemory;

beforeEach(async () => {
  folder = await temporaryFolder();
  file = join(folder, "file");
  await writeFile(file, "one");
  [reads, ahead] = [0, 60_000];
  memory = createFileMemory(() => Date.now() + ahead);
});

function text(path = file): string | undefined {
  return memory.recall(path, () => {
    reads += 1;
    return readFileSync(path, "utf8");
  });
}

/** Reads until it is remembered. */
function remember(path = file): void {
  for (let n = 0; n < 3; n += 1) text(path);
  const before = reads;
  text(path);
  expect(reads).toBe(before);
}

describe("a file is read again", () => {
  test("when its content changes, also to one of the same length", async () => {
    remember();
    await writeFile(file, "two");
    expect(text()).toBe("two");
  });

  test("when another one takes its place that has its size and its time", async () => {
    const time = new Date(1_700_000_000_000);
    await utimes(file, time, time);
    remember();
    const other = join(folder, "other");
    await writeFile(other, "two");
    await utimes(other, time, time);
    await rename(other, file);
    expect(text()).toBe("two");
  });

  test("when a program sets back the time of the content", async () => {
    const time = new Date(1_700_000_000_000);
    await utimes(file, time, time);
    remember();
    await writeFile(file, "two");
    await utimes(file, time, time);
    expect(text()).toBe("two");
  });

  test("when a folder on the way becomes a link to another one", async () => {
    const [real, other] = [join(folder, "real"), join(folder, "other")];
    for (const [path, content] of [
      [real, "one"],
      [other, "two"],
    ] as const) {
      await mkdir(path);
      await writeFile(join(path, "file"), content);
    }
    remember(join(real, "file"));
    await rename(real, join(folder, "away"));
    await symlink(other, real);
    expect(text(join(real, "file"))).toBe("two");
  });

  test("each time as long as it is so new that its time may not tell a change", () => {
    ahead = 0;
    for (let n = 0; n < 5; n += 1) text();
    expect(reads).toBe(5);
  });

  test("when it comes back, and what was in it before is forgotten", async () => {
    remember();
    await rm(file);
    expect(text()).toBeUndefined();
    await writeFile(file, "one");
    const before = reads;
    expect(text()).toBe("one");
    expect(reads).toBe(before + 1);
  });

  test("when reading it failed", () => {
    const fails = (): never => {
      throw new Error("no");
    };
    for (let n = 0; n < 3; n += 1) expect(() => memory.recall(file, fails)).toThrow("no");
    expect(text()).toBe("one");
  });
});

test("a folder is read again when an entry is added", async () => {
  const names = (): string[] | undefined => memory.recall(folder, () => readdirSync(folder));
  for (let n = 0; n < 3; n += 1) expect(names()).toEqual(["file"]);
  await writeFile(join(folder, "more"), "");
  expect(names()?.toSorted()).toEqual(["file", "more"]);
});

test("without a memory everything is read each time", async () => {
  expect(recall(undefined, file, () => readFileSync(file, "utf8"))).toBe("one");
  await writeFile(file, "two");
  expect(recall(undefined, file, () => readFileSync(file, "utf8"))).toBe(await readFile(file, "utf8"));
});
