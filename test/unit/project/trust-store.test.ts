import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isRefused, isTrusted, rememberRefusal, rememberTrust } from "../../../src/project/trust-store.ts";
import { systemClock } from "../../../src/system/clock.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

async function context() {
  const paths = coworkPaths(join(await temporaryFolder(), "home"));
  return { paths, clock: systemClock, signal: new AbortController().signal };
}

test("trusts only the project and content that were agreed to", async () => {
  const ctx = await context();
  expect(await isTrusted(ctx.paths, "/p", "h1")).toBe(false);
  await rememberTrust(ctx, "/p", "h1");
  await rememberTrust(ctx, "/p", "h2");
  const asked = await Promise.all([
    isTrusted(ctx.paths, "/p", "h1"),
    isTrusted(ctx.paths, "/p", "h2"),
    isTrusted(ctx.paths, "/p", "h3"),
    isTrusted(ctx.paths, "/q", "h1"),
    isTrusted(ctx.paths, "__proto__", "h1"),
    isTrusted(ctx.paths, "constructor", "name"),
  ]);
  expect(asked).toEqual([true, true, false, false, false, false]);
  expect((await stat(ctx.paths.trust)).mode & 0o777).toBe(0o600);
});

test("a refusal counts until the same content is agreed to, and the other way round", async () => {
  const ctx = await context();
  const state = async (hash: string): Promise<boolean[]> => [
    await isTrusted(ctx.paths, "/p", hash),
    await isRefused(ctx.paths, "/p", hash),
  ];
  await rememberTrust(ctx, "/p", "h1");
  await rememberRefusal(ctx, "/p", "h2");
  expect([await state("h1"), await state("h2"), await isRefused(ctx.paths, "/q", "h2")]).toEqual([
    [true, false],
    [false, true],
    false,
  ]);
  await rememberTrust(ctx, "/p", "h2");
  await rememberRefusal(ctx, "/p", "h1");
  expect([await state("h1"), await state("h2")]).toEqual([
    [false, true],
    [true, false],
  ]);
});

test("concurrent changes lose nothing", async () => {
  const ctx = await context();
  const hashes = ["a", "b", "c", "d", "e"];
  await Promise.all(hashes.map(async (hash) => await rememberTrust(ctx, "/p", hash)));
  const asked = await Promise.all(hashes.map(async (hash) => await isTrusted(ctx.paths, "/p", hash)));
  expect(asked).toEqual(hashes.map(() => true));
});

test.each([
  "{",
  "[]",
  "null",
  '{"version":2,"projects":{}}',
  '{"version":1,"projects":{"/p":"h1"}}',
  '{"version":1,"projects":{"/p":[1]}}',
])("a file of %s trusts nothing, and is renamed", async (content) => {
  const ctx = await context();
  await mkdir(ctx.paths.home);
  await writeFile(ctx.paths.trust, content);
  expect(await isTrusted(ctx.paths, "/p", "h1")).toBe(false);
  await rememberTrust(ctx, "/p", "h2");
  expect(await isTrusted(ctx.paths, "/p", "h2")).toBe(true);
  expect(await isTrusted(ctx.paths, "/p", "h1")).toBe(false);
  const aside = (await readdir(ctx.paths.home)).find((name) => name.includes("unreadable")) ?? "";
  expect(await readFile(join(ctx.paths.home, aside), "utf8")).toBe(content);
});
