import { readFile, stat } from "node:fs/promises";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { confStamp } from "./conf-stamp.ts";

/** Between two looks at the user's file, in ms. */
const lookMs = 1_000;
/** A larger file is refused when it is read as a configuration. */
const maxBytes = 1024 * 1024;

/** Tells the user about this machine's agents while some work of a run's own process goes on, and about its end. */
export async function withNotifier<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  const end = new AbortController();
  const notifier = notify(ctx, end.signal).catch((error: unknown) =>
    ctx.log(`notifier: ${toCoworkError(error).message}`),
  );
  try {
    return await work();
  } finally {
    end.abort();
    await notifier;
  }
}

/** The notifier is loaded only when the user's file has a word about it: without channels a run's process does not pay for it. */
async function notify(ctx: Context, ending: AbortSignal): Promise<void> {
  const stop = AbortSignal.any([ctx.signal, ending]);
  let seen: string | undefined;
  while (!stop.aborted) {
    const now = confStamp(ctx.paths.userConf);
    if (now !== seen && (await hasChannels(ctx.paths.userConf))) return await run(ctx, ending);
    seen = now;
    await ctx.clock.sleep(lookMs, stop).catch(() => undefined);
  }
}

async function run(ctx: Context, ending: AbortSignal): Promise<void> {
  const [{ hostMakers }, { openScope, outside }, { runNotifier }] = await Promise.all([
    import("../host-makers.ts"),
    import("../scope.ts"),
    import("./run-notifier.ts"),
  ]);
  // All sessions of this home are meant.
  const opened = openScope(ctx, {
    folder: outside,
    onlyHost: "local",
    cpus: 1,
    makers: hostMakers(undefined),
    tell: (event) => event.type === "note" && ctx.log(`notifier: ${event.data.text}`),
  });
  try {
    await runNotifier(opened.scope, { part: "run", ending });
  } finally {
    opened.close();
  }
}

async function hasChannels(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined || !stats.isFile() || stats.size > maxBytes) return false;
  return (await readFile(file, "utf8").catch(() => "")).includes("NOTIFY");
}
