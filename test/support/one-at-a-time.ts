import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { inject } from "vitest";
import { testCache } from "./home/test-cache.ts";

/** Makes what the tests of a run share: workers are separate processes, and with the same name one works at a time. @param work gets the run's id */
export async function oneAtATime<T>(name: string, work: (run: string) => Promise<T>): Promise<T> {
  const run = inject("run");
  await mkdir(testCache, { recursive: true });
  const release = await lock(testCache, {
    lockfilePath: join(testCache, `${run}-${name}.lock`),
    stale: 60_000,
    retries: { retries: 1200, minTimeout: 250, maxTimeout: 250 },
  });
  try {
    return await work(run);
  } finally {
    await release();
  }
}
