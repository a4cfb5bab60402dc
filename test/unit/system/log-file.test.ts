import { mkdir, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLog, rotateLog } from "../../../src/system/log-file.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const clock = { now: () => new Date(0), sleep: async () => await Promise.resolve() };

test("writes lines with the time and without control characters to a private file", async () => {
  const path = join(await temporaryFolder(), "logs", "a.log");
  const log = createLog(path, clock);
  log("one");
  log("\u001b[31mtwo\nlines");
  expect(await readFile(path, "utf8")).toBe("1970-01-01T00:00:00.000Z one\n1970-01-01T00:00:00.000Z two\\nlines\n");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("rotates large files, and keeps a number of old ones", async () => {
  const folder = await temporaryFolder();
  const log = createLog(join(folder, "a"), clock, { maxBytes: 20, keep: 2 });
  for (let line = 0; line < 10; line++) log(`line ${line}`);
  expect((await readdir(folder)).toSorted()).toEqual(["a", "a.1", "a.2"]);
  expect(await readFile(join(folder, "a"), "utf8")).toContain("line 9");
  expect(await readFile(join(folder, "a.2"), "utf8")).toContain("line 7");
});

test("never throws, and never follows a link", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "taken"));
  createLog(join(folder, "taken"), clock)("x");
  createLog(join(folder, "taken", "x".repeat(300), "a"), clock)("x");
  await writeFile(join(folder, "precious"), "");
  await symlink(join(folder, "precious"), join(folder, "link"));
  createLog(join(folder, "link"), clock)("x");
  expect(await readFile(join(folder, "precious"), "utf8")).toBe("");
  rotateLog(join(folder, "absent"));
});
