import { ensureEngine, ensureTestBaseImage } from "./engine.ts";

/** vitest's global set-up for everything that needs an engine. It leaves the engine running. */
export async function setup(): Promise<void> {
  await ensureEngine();
  await ensureTestBaseImage();
}
