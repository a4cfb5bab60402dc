import { rename, rm } from "node:fs/promises";

const kept = 4;

/** Rotates the logs before a new one is written: `up.log` becomes `up.log.1` and so on, and the oldest is removed. */
export async function rotateLog(path: string): Promise<void> {
  await rm(`${path}.${kept}`, { force: true });
  for (let n = kept - 1; n >= 0; n -= 1) {
    await rename(n === 0 ? path : `${path}.${n}`, `${path}.${n + 1}`).catch(ignoreAbsent);
  }
}

function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
