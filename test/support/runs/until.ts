import { setTimeout as delay } from "node:timers/promises";

/** Waits until something is true; the test's own time limit ends it. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await delay(10);
}
