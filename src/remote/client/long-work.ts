import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { isBroken } from "./broken.ts";

/** Seconds before each attempt to reconnect: about two minutes in total. */
const backOff = [1, 2, 4, 8, 15, 30, 30, 30];
const steadyMs = 20_000;

/**
 * Runs work that can be repeated after the connection broke: reports that it broke, waits, and tries again.
 * @throws HOST_UNREACHABLE if reconnecting fails; the work on the host continues
 */
export async function withReconnect<T>(ctx: Context, host: string, work: () => Promise<T>): Promise<T> {
  const name = plain(host);
  const note = (detail: string): void => ctx.report({ session: "", step: "plan", state: "note", detail });
  let tries = 0;
  let wasOpen = false;
  for (;;) {
    const since = ctx.clock.now().getTime();
    try {
      return await work();
    } catch (error) {
      const broke = isBroken(error);
      wasOpen ||= broke;
      if (ctx.signal.aborted || !wasOpen || !(broke || isUnreachable(error))) throw error;
      // The connection was stable for a while, so this is a new problem: start counting again.
      if (broke && ctx.clock.now().getTime() - since > steadyMs) tries = 0;
      const seconds = backOff[tries];
      if (seconds === undefined) {
        throw new CoworkError("HOST_UNREACHABLE", `The connection to ${name} broke and could not be restored.`, {
          hint: "run the same command again to reconnect; the work on the host continues",
          cause: error,
        });
      }
      tries += 1;
      note(`the connection to ${name} broke; work there continues; trying again in ${seconds} s`);
      await ctx.clock.sleep(seconds * 1000, ctx.signal);
    }
  }
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof CoworkError && error.code === "HOST_UNREACHABLE";
}
