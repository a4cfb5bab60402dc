import { buildOnce } from "./home/built-file.ts";

/** vitest's global set-up for tests of the built file: builds it once per run. */
export async function setup(): Promise<void> {
  await buildOnce();
}
