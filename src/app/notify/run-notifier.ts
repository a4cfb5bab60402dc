import type { EventDraft } from "../../contract/events.ts";
import { readNotifySettings, type NotifySettings } from "../../config/notify.ts";
import { toCoworkError } from "../../errors.ts";
import { notifierLock } from "../../session/work/mute.ts";
import { isHeld, withLock } from "../../system/locks.ts";
import { outside, type Scope } from "../scope.ts";
import { emitNote } from "../sessions/outcomes.ts";
import { confStamp } from "./conf-stamp.ts";

/** Held by `cowork serve`, for which a run's notifier makes room. */
const serveLock = "notifier-serve";
/** Between two looks at the user's file and at the locks, in ms. */
const lookMs = 1_000;

export interface NotifierOptions {
  /** `serve`: all hosts, as long as it runs. `run`: in a run's own process, while no `serve` of this home does it */
  part: "serve" | "run";
  /** writes to the terminal that this process runs in; absent: it has none */
  terminal?: (sequence: string) => void;
  /** ends it in order: what happened until then is still reported */
  ending?: AbortSignal;
}

/**
 * Tells the user when an agent needs them, as the user's `.cowork.conf` says, until the context's signal fires. One process of a home
 * does it at a time; what it has reported is on disk, so that the next one goes on. Without channels, or with a configuration that is
 * wrong, which a note says once, it waits until the file is changed.
 */
export async function runNotifier(given: Scope, options: NotifierOptions): Promise<void> {
  const { ctx } = given;
  // A name without a project means the same wherever the process was started.
  const scope = { ...given.at(outside), tell: (event: EventDraft) => given.tell(event) };
  const { part, terminal, ending = new AbortController().signal } = options;
  const stop = AbortSignal.any([ctx.signal, ending]);
  const sleep = async (): Promise<void> => await ctx.clock.sleep(lookMs, stop).catch(() => undefined);
  const conf = watchConf(scope);
  const tellWhileFree = async (): Promise<void> => {
    const settings = await conf.read();
    if (settings === undefined || settings.channels.length === 0) return;
    if (part === "run" && isHeld(ctx, serveLock)) return;
    await tryLock(scope, notifierLock, async (signal) => {
      const end = new AbortController();
      const guard = setInterval(() => {
        if (conf.isChanged() || (part === "run" && isHeld(ctx, serveLock))) end.abort();
      }, lookMs);
      try {
        const { watchAndTell } = await import("./watch.ts");
        await watchAndTell(scope, { settings, terminal, signal: AbortSignal.any([signal, end.signal]), ending });
      } finally {
        clearInterval(guard);
      }
    });
  };
  const loop = async (): Promise<void> => {
    for (;;) {
      await tellWhileFree().catch((error: unknown) => ctx.log(`notifier: ${toCoworkError(error).message}`));
      if (stop.aborted) return;
      await sleep();
    }
  };
  if (part === "run") return await loop();
  while (!stop.aborted) {
    await tryLock(scope, serveLock, async () => await loop());
    await sleep();
  }
}

/** Runs the work if the lock is free; does nothing if it is not. */
async function tryLock({ ctx }: Scope, name: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  try {
    await withLock(ctx, name, { waitMs: 0, what: "notifications" }, work);
  } catch (error) {
    const { code, message } = toCoworkError(error);
    if (code !== "BUSY" && !ctx.signal.aborted) ctx.log(`notifier: ${message}`);
  }
}

interface WatchedConf {
  /** undefined: it is wrong, which a note says */
  read(): Promise<NotifySettings | undefined>;
  /** it was changed since it was read */
  isChanged(): boolean;
}

function watchConf(scope: Scope): WatchedConf {
  const { ctx } = scope;
  let seen: string | undefined;
  let settings: NotifySettings | undefined;
  const look = (): string => confStamp(ctx.paths.userConf);
  return {
    read: async () => {
      const now = look();
      if (now === seen) return settings;
      seen = now;
      try {
        settings = await readNotifySettings(ctx);
      } catch (error) {
        settings = undefined;
        emitNote(scope, toCoworkError(error).message);
      }
      return settings;
    },
    isChanged: () => look() !== seen,
  };
}
