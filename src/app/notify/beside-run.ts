import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { hostMakers } from "../host-makers.ts";
import { openScope } from "../scope.ts";
import { runNotifier } from "./run-notifier.ts";

/** Tells the user about this machine's agents while some work of a run's own process goes on, and about its end. */
export async function withNotifier<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  const end = new AbortController();
  // A folder outside of every project: all sessions of this home are meant.
  const opened = openScope(ctx, {
    folder: ctx.paths.home,
    onlyHost: "local",
    cpus: 1,
    makers: hostMakers(undefined),
    tell: (event) => event.type === "note" && ctx.log(`notifier: ${event.data.text}`),
  });
  const notifier = runNotifier(opened.scope, { part: "run", ending: end.signal }).catch((error: unknown) =>
    ctx.log(`notifier: ${toCoworkError(error).message}`),
  );
  try {
    return await work();
  } finally {
    end.abort();
    await notifier;
    opened.close();
  }
}
