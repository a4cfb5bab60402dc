import type { Context } from "../context.ts";

/** A context without the interrupt signal, for short writes that must happen even if the command was interrupted. */
export function uninterruptible(ctx: Context): Context {
  return { ...ctx, signal: new AbortController().signal };
}
