import { isOnline, signedOut } from "../state/connection.ts";
import { authorization } from "./call.ts";
import { SseParser, type SseMessage } from "./parse-sse.ts";
import { forgetToken } from "./token.ts";

/** The server sends a comment every 15 s. */
const silenceMs = 40_000;
const firstWaitMs = 100;
const longestWaitMs = 15_000;

/** Follows the stream until the signal ends it: connects again after a break, from the last event that arrived. */
export async function follow(signal: AbortSignal, on: (message: SseMessage) => void): Promise<void> {
  let last: string | undefined;
  let wait = firstWaitMs;
  let failures = 0;
  while (!signal.aborted && !signedOut.value) {
    try {
      await readOnce(last, signal, (message) => {
        [wait, failures] = [firstWaitMs, 0];
        if (message.id !== undefined) last = message.id;
        if (message.event === "reset") last = undefined;
        on(message);
      });
    } catch {
      // Broken or silent: the page says so, and tries again.
    }
    if (signal.aborted) return;
    // A stream that breaks is nothing to worry about; one that cannot be opened again is.
    failures += 1;
    if (failures > 1) isOnline.value = false;
    await pause(wait, signal);
    wait = Math.min(wait * 3, longestWaitMs);
  }
}

async function readOnce(
  last: string | undefined,
  signal: AbortSignal,
  on: (message: SseMessage) => void,
): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const headers = { ...authorization(), ...(last === undefined ? {} : { "Last-Event-ID": last }) };
    const response = await fetch("/api/v1/stream", { headers, signal: AbortSignal.any([signal, silence.signal]) });
    if (response.status === 401) {
      forgetToken();
      signedOut.value = true;
    }
    if (!response.ok || response.body === null) throw new Error(`the stream answered ${response.status}`);
    const parser = new SseParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      isOnline.value = true;
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      for (const message of parser.push(value)) on(message);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Waits, but not longer than until the browser is online or the page is looked at again. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const events = ["online", "visibilitychange"] as const;
    const done = (): void => {
      clearTimeout(timer);
      for (const name of events) removeEventListener(name, done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    for (const name of events) addEventListener(name, done);
    signal.addEventListener("abort", done);
  });
}
