import { execFileSync } from "node:child_process";
import { appendFile, mkdir, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { liveFolder, readExit, readPid } from "../../../../src/work/runs/output/live-files.ts";
import { createOutputReader } from "../../../../src/work/runs/output/output-reader.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

let ctx: { paths: ReturnType<typeof coworkPaths> };
let folder: string;
let file: string;

beforeEach(async () => {
  ctx = { paths: coworkPaths(await temporaryFolder()) };
  folder = liveFolder(ctx, "app-a", 1);
  await mkdir(folder, { recursive: true });
  file = join(folder, "out.jsonl");
});

const reader = (limits = {}): ReturnType<typeof createOutputReader> =>
  createOutputReader(ctx, { id: "app-a", n: 1, limits });

test("gives whole lines once, also one that arrives in parts", async () => {
  const it = reader();
  expect(await it.read()).toEqual([]);
  await writeFile(file, "one\ntw");
  expect(await it.read()).toEqual(["one"]);
  await appendFile(file, "o\nthree\n");
  expect(await it.read()).toEqual(["two", "three"]);
  expect(await it.read()).toEqual([]);
});

test("counts a file that was cut or replaced, and reads it from its start", async () => {
  const it = reader();
  await writeFile(file, "one\ntwo\nhal");
  await it.read();
  await truncate(file, 0);
  expect(await it.read()).toEqual([]);
  await appendFile(file, "three\n");
  expect(await it.read()).toEqual(["three"]);
  await writeFile(`${file}.new`, "four\n");
  await rename(`${file}.new`, file);
  expect(await it.read()).toEqual(["four"]);
  expect(it.odd).toEqual({ truncated: 1, replaced: 1, tooLong: 0 });
});

test("leaves out lines that are too long, and goes on after them", async () => {
  const it = reader({ maxLineBytes: 10 });
  await writeFile(file, `${"x".repeat(8)}\n${"y".repeat(600_000)}\nshort\n${"z".repeat(11)}\n`);
  expect(await it.read()).toEqual(["x".repeat(8), "short"]);
  await appendFile(file, "w".repeat(20));
  expect(await it.read()).toEqual([]);
  await appendFile(file, "w\nend\n");
  expect(await it.read()).toEqual(["end"]);
  expect(it.odd.tooLong).toBe(3);
});

test("reads no more than a run may print", async () => {
  const it = reader({ maxBytes: 10 });
  await writeFile(file, "12345\n789\n12345\n");
  expect(await it.read()).toEqual(["12345", "789"]);
  expect(it.isFull).toBe(true);
  expect(await it.read()).toEqual([]);
});

test("follows no link in any part of the path, and reads nothing but regular files", async () => {
  const secret = join(ctx.paths.home, "secret");
  await mkdir(secret);
  await writeFile(join(secret, "out.jsonl"), "secret\n");
  const it = reader();
  await symlink(join(secret, "out.jsonl"), file);
  expect(await it.read()).toEqual([]);
  await rm(file);
  execFileSync("mkfifo", [file]);
  expect(await it.read()).toEqual([]);
  await rm(file);
  await mkdir(file);
  expect(await it.read()).toEqual([]);
  await rm(folder, { recursive: true });
  await symlink(secret, folder);
  expect(await it.read()).toEqual([]);
  await writeFile(join(secret, "exit"), "0\n");
  await writeFile(join(secret, "pid"), "1 2\n");
  expect([readExit(ctx, "app-a", 1), readPid(ctx, "app-a", 1)]).toEqual([undefined, undefined]);
});

test.each(["", "abc\n", "0", "99999999\n", "0\n0\n", "-1\n"])("takes %j for no exit code", async (text) => {
  await writeFile(join(folder, "exit"), text);
  expect(readExit(ctx, "app-a", 1)).toBeUndefined();
});
