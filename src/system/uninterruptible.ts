import type { Context } from "./context.ts";

/** For the short work that writes down what has happened: it is done also when the command was interrupted. */
export function uninterruptible(ctx: Context): Context {
  return { ...ctx, signal: new AbortController().signal };
}
