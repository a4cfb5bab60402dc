import { once } from "node:events";
import type { Writable } from "node:stream";

/** Writes lines, and waits while the reader is slower. */
export type LogOutput = (lines: readonly string[]) => Promise<void>;

/** @param signal ends the waiting */
export function logOutput(out: Writable, signal: AbortSignal): LogOutput {
  return async (lines) => {
    if (lines.length === 0 || out.destroyed) return;
    if (out.write(lines.map((line) => `${line}\n`).join(""))) return;
    const over = new AbortController();
    const options = { signal: AbortSignal.any([signal, over.signal]) };
    // A reader that is gone ends the waiting, too.
    await Promise.race([once(out, "drain", options), once(out, "close", options)]).catch(() => undefined);
    over.abort();
  };
}
