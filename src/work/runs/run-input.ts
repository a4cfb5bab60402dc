import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import type { WorkPlace } from "../types.ts";
import { liveInside } from "./output/live-files.ts";

// The host never opens the FIFO of a run: a program inside could put anything in its place. It writes with an exec in the container.

/** Exit code: the input is closed, or the agent is gone. */
const closedCode = 9;

const isOpen = `d=$1
[ -p "$d/in" ] && [ ! -e "$d/exit" ] && read -r p <"$d/input" && kill -0 "$p" 2>/dev/null || exit ${closedCode}`;
const writeScript = `${isOpen}
exec cat >"$d/in"`;
const closeScript = `${isOpen}
kill "$p"`;

/** How long a write may take, in ms: the agent reads at once, and a FIFO that no one reads is full after 64 KiB. */
const writeMs = 30_000;

type InputContext = Pick<Context, "paths" | "clock" | "signal" | "engine">;

/**
 * Writes a line to the agent of the active run. What was written is read by the agent even if the input is closed right after it.
 * @param line with its line end
 * @returns false if the run takes no more input, because it is about to end
 * @throws BUSY, TIMEOUT, ENGINE_UNREACHABLE
 */
export async function writeToRun(ctx: InputContext, place: WorkPlace, n: number, line: string): Promise<boolean> {
  return await withInput(ctx, place.id, async () => await onInput(ctx, place, n, writeScript, line));
}

/**
 * Starts the agent and writes its prompt: no follow-up can come in before it.
 * @param closes the agent takes nothing more: it starts when its input ends
 * @returns false if the agent ended before it took the prompt
 */
export async function launchWithPrompt(
  ctx: InputContext,
  place: WorkPlace,
  n: number,
  { launch, line, closes }: { launch: () => Promise<void>; line: string; closes: boolean },
): Promise<boolean> {
  return await withInput(ctx, place.id, async () => {
    await launch();
    const isWritten = line === "" || (await onInput(ctx, place, n, writeScript, line));
    return isWritten && (!closes || (await onInput(ctx, place, n, closeScript)));
  });
}

/**
 * Closes the input of a run: the agent handles what was written before, and ends.
 * @param ifStill checked under the lock that writers use, right before
 * @returns false if it was not closed
 */
export async function closeRunInput(
  ctx: InputContext,
  place: WorkPlace,
  n: number,
  ifStill: () => Promise<boolean> = async () => true,
): Promise<boolean> {
  return await withInput(ctx, place.id, async () => (await ifStill()) && (await onInput(ctx, place, n, closeScript)));
}

async function withInput<T>(ctx: InputContext, id: string, work: () => Promise<T>): Promise<T> {
  return await withLock(ctx, `run-input-${id}`, { what: "the input of a run", waitMs: 2 * writeMs }, work);
}

async function onInput(
  ctx: InputContext,
  { container }: WorkPlace,
  n: number,
  script: string,
  input?: string,
): Promise<boolean> {
  if (container?.running !== true) return false;
  const { id, user } = container;
  const command = ["/bin/sh", "-c", script, "sh", liveInside(n)] as const;
  const limits = { timeoutMs: writeMs, maxOutput: 4096, signal: ctx.signal, ...(input === undefined ? {} : { input }) };
  try {
    const { code } = await ctx.engine.exec(id, { command, user, workingDir: "/" }, limits);
    return code === 0;
  } catch (error) {
    // The container stopped meanwhile.
    if (toCoworkError(error).code === "ENGINE_FAILED") return false;
    throw error;
  }
}
