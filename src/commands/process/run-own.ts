import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { App } from "./app.ts";

/** Of a caller that does not say. */
const usualUmask = 0o022;

/**
 * Runs another command of cowork on this terminal, in a process of its own. Meanwhile Ctrl-C, which the terminal sends to both
 * processes, ends only that one.
 * @param folder default: the current one
 * @returns its exit code; 128+n if signal n ended it
 */
export async function runOwn({ caller, globals, terminal }: App, words: string[], folder?: string): Promise<number> {
  const [file, ...first] = caller.self;
  const host = globals.host === undefined || globals.host === "" ? [] : ["--host", globals.host];
  const hasColour = terminal.style("bold", "x") !== "x";
  const env = hasColour ? caller.env : { ...caller.env, NO_COLOR: "1" };
  const kept = process.listeners("SIGINT");
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  for (const listener of kept) process.off("SIGINT", listener);
  // Files that it makes in the project get the user's modes.
  const own = process.umask(caller.umask ?? usualUmask);
  try {
    const options = { stdio: "inherit", cwd: folder ?? caller.cwd(), env } as const;
    const child = spawn(file, [...first, ...host, ...words], options);
    process.umask(own);
    const end = (): void => void child.kill("SIGTERM");
    caller.signal.addEventListener("abort", end, { once: true });
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    }).finally(() => caller.signal.removeEventListener("abort", end));
  } finally {
    process.umask(own);
    for (const listener of kept) process.on("SIGINT", listener);
    process.off("SIGINT", ignore);
  }
}
