import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { isBroken } from "./link.ts";

/** Seconds before each further try to get the connection back: about two minutes in all. */
const backOff = [1, 2, 4, 8, 15, 30, 30, 30];
const steadyMs = 20_000;

/**
 * Does work that can be begun again after the connection broke, until it is done: says that it broke, waits, tries again.
 * @throws HOST_UNREACHABLE when it does not come back; the work over there goes on
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
      // It was there again for a while: the next break is a new one.
      if (broke && ctx.clock.now().getTime() - since > steadyMs) tries = 0;
      const seconds = backOff[tries];
      if (seconds === undefined) {
        throw new CoworkError("HOST_UNREACHABLE", `The connection to ${name} broke and does not come back.`, {
          hint: "what was begun there goes on: run the same command again to come back to it",
          cause: error,
        });
      }
      tries += 1;
      note(`the connection to ${name} broke; what was begun there goes on; trying again in ${seconds} s`);
      await ctx.clock.sleep(seconds * 1000, ctx.signal);
    }
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof CoworkError && error.code === "HOST_UNREACHABLE";
}
