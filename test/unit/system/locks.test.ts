import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, rm, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/system/clock.ts";
import { isLocked, withLock } from "../../../src/system/locks.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";
import { tree } from "../../support/git/tree.ts";

async function context(signal: AbortSignal = new AbortController().signal) {
  return { paths: coworkPaths(join(await temporaryFolder(), "home")), clock: systemClock, signal };
}

test("one holder at a time, and each gets its turn", async () => {
  const ctx = await context();
  let inside = 0;
  let most = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await systemClock.sleep(5);
    inside--;
    done++;
  };
  await Promise.all(Array.from({ length: 5 }, async () => await withLock(ctx, "a", { waitMs: 60_000 }, work)));
  expect({ most, done }).toEqual({ most: 1, done: 5 });
  expect(await isLocked(ctx, "a")).toBe(false);
});

test("returns the result, and releases the lock even after an error", async () => {
  const ctx = await context();
  expect(await withLock(ctx, "a", {}, async () => await isLocked(ctx, "a"))).toBe(true);
  const failed = withLock(ctx, "a", {}, async () => await Promise.reject(new Error("no")));
  await expect(failed).rejects.toThrow("no");
  expect(await withLock(ctx, "a", { waitMs: 0 }, async () => await Promise.resolve(1))).toBe(1);
});

test("reports once that it waits, then that another process holds the lock", async () => {
  const ctx = await context();
  let waited = 0;
  const second = withLock(ctx, "a", {}, async () => {
    const options = { waitMs: 300, onWait: () => waited++, what: "session \u001b[1ma" };
    await withLock(ctx, "a", options, async () => await Promise.resolve());
  });
  await expect(second).rejects.toMatchObject({
    code: "BUSY",
    message: expect.stringContaining("session a") as string,
  });
  expect(waited).toBe(1);
});

test("different names do not wait for each other, and any name is valid", async () => {
  const ctx = await context();
  const names = ["a", "A", "../escape", "a b", "x".repeat(500), "engine:/var/run/docker.sock"];
  const nested = names.reduceRight<() => Promise<number>>(
    (inner, name) => async () => await withLock(ctx, name, { waitMs: 0 }, inner),
    async () => (await readdir(dirname(ctx.paths.lock("a")))).length,
  );
  expect(await nested()).toBe(names.length);
  expect(await readdir(dirname(ctx.paths.home))).toEqual(["home"]);
});

test("an interrupt ends the waiting", async () => {
  const abort = new AbortController();
  const ctx = await context(abort.signal);
  const free = { ...ctx, signal: new AbortController().signal };
  const waiting = withLock(free, "a", {}, async () => {
    await withLock(ctx, "a", { waitMs: 60_000, onWait: () => abort.abort() }, async () => await Promise.resolve());
  });
  await expect(waiting).rejects.toMatchObject({ code: "INTERRUPTED" });
});

test("the lock of a holder that was killed becomes free", async () => {
  const ctx = await context();
  const script = `
    import { withLock } from ${JSON.stringify(join(tree, "src/system/locks.ts"))};
    import { systemClock as clock } from ${JSON.stringify(join(tree, "src/system/clock.ts"))};
    import { coworkPaths } from ${JSON.stringify(join(tree, "src/system/paths.ts"))};
    const ctx = { paths: coworkPaths(process.argv[1]), clock, signal: new AbortController().signal };
    await withLock(ctx, "a", {}, async () => { console.log("locked"); await clock.sleep(600_000); });`;
  const holder = spawn(process.execPath, ["--input-type=module-typescript", "-e", script, ctx.paths.home], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  await expect(withLock(ctx, "a", { waitMs: 0 }, async () => await Promise.resolve())).rejects.toMatchObject({
    code: "BUSY",
  });
  holder.kill("SIGKILL");
  await once(holder, "exit");
  expect(await withLock(ctx, "a", {}, async () => await Promise.resolve("mine"))).toBe("mine");
}, 30_000);

test("work ends when another process took the lock", async () => {
  const ctx = await context();
  const work = withLock(ctx, "a", {}, async (signal) => {
    const folder = `${ctx.paths.lock("a")}.lock`;
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await utimes(folder, 1, 1);
    await systemClock.sleep(60_000, signal);
  });
  await expect(work).rejects.toMatchObject({
    code: "LOCK_LOST",
    message: expect.stringContaining("lost") as string,
  });
}, 30_000);
