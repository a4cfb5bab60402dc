import { StringDecoder } from "node:string_decoder";
import type { Terminal } from "./terminal.ts";

/** Longer than a key press takes to arrive that was typed before the question was on the screen, in ms. */
const settleMs = 300;

/**
 * Reads one line for an answer that must not be given by accident: what was typed before the prompt appears is dropped, and a line
 * end counts only as a key press of its own, not inside of pasted text.
 * @returns undefined for Ctrl-C, Ctrl-D and the end of the input
 * @throws the reason of the signal
 */
export async function readLine(terminal: Terminal, prompt: string, signal: AbortSignal): Promise<string | undefined> {
  const { stdin, stderr } = terminal.streams as {
    stdin: NodeJS.ReadableStream & { setRawMode?: (raw: boolean) => unknown };
    stderr: NodeJS.WritableStream;
  };
  signal.throwIfAborted();
  const decoder = new StringDecoder("utf8");
  const done = Promise.withResolvers<string | undefined>();
  let line = "";
  let isReady = false;
  const take = (chunk: Buffer | string): void => {
    const keys = typeof chunk === "string" ? chunk : decoder.write(chunk);
    if (keys === "\u0003") return done.resolve(undefined);
    if (!isReady || keys.startsWith("\u001b")) return;
    if (keys === "\u0004" && line === "") return done.resolve(undefined);
    // A fast hand: one character and Enter may arrive together.
    const isEntered = /^.?[\r\n]$/su.test(keys);
    for (const key of isEntered ? keys.slice(0, -1) : keys) change(key);
    if (isEntered) done.resolve(line);
  };
  const change = (key: string): void => {
    if (key === "\u007f" || key === "\b") {
      if (line !== "") stderr.write("\b \b");
      line = line.replace(/.$/su, "");
      return;
    }
    const shown = /[\r\n\t]/.test(key) ? " " : key;
    if (/[\p{Cc}\p{Cf}]/u.test(shown)) return;
    line += shown;
    stderr.write(shown);
  };
  const abort = (): void => done.reject(signal.reason);
  signal.addEventListener("abort", abort);
  stdin.setRawMode?.(true);
  const close = (): void => done.resolve(undefined);
  stdin.on("data", take);
  stdin.on("end", close);
  stdin.resume();
  const ready = setTimeout(() => {
    isReady = true;
    stderr.write(prompt);
  }, settleMs);
  try {
    return await done.promise;
  } finally {
    clearTimeout(ready);
    signal.removeEventListener("abort", abort);
    stdin.off("data", take);
    stdin.off("end", close);
    stdin.pause();
    stdin.setRawMode?.(false);
    stderr.write("\n");
  }
}
