import { ensureChromium } from "./browser/chromium.ts";

/** vitest's global set-up for tests of the page: brings Chromium to the machine, once per run. */
export async function setup(): Promise<void> {
  await ensureChromium();
}
