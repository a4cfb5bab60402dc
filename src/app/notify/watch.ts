import type { NotifySettings } from "../../config/notify.ts";
import type { NotifyNonce } from "../../contract/notify/notify.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { findSessions } from "../find/find-sessions.ts";
import type { Scope } from "../scope.ts";
import { hostTargets } from "../work/ask-hosts.ts";
import { makeChannels } from "./channels/make.ts";
import { createDelivery } from "./deliver.ts";
import { reportProblem } from "./problems.ts";
import { readHost } from "./read-host.ts";
import { openStore } from "./store.ts";
import { createTeller } from "./teller.ts";
import { listenToTelegram } from "./telegram/listen.ts";

/** Events from before the start that are read, in ms: while one notifier took over from another. Older ones are no news. */
const longestGapMs = 10 * 60_000;
/** Events that were read just before the mark. */
const overlapMs = 15_000;
/** Between two looks for hosts that were added, in ms. */
const hostsMs = 30_000;
/** How long messages that are under way may take at the end, in ms. */
const lastMs = { ordered: 20_000, aborted: 1_000 };

export interface WatchOptions {
  settings: NotifySettings;
  terminal: ((sequence: string) => void) | undefined;
  /** ends it at once */
  signal: AbortSignal;
  /** ends it after one more look, with what is to be reported then */
  ending: AbortSignal;
}

/** Reads all hosts, decides and sends, until a signal fires. The caller holds the notifier's lock. */
export async function watchAndTell(scope: Scope, { settings, terminal, signal, ending }: WatchOptions): Promise<void> {
  const { ctx } = scope;
  const store = await openStore(ctx);
  const over = new AbortController();
  const loops = AbortSignal.any([signal, over.signal]);
  const inner: Context = { ...ctx, signal: loops };
  const keep = async (digest: string, nonces: readonly NotifyNonce[]): Promise<void> => {
    store.change({ nonces: [...store.state.nonces.filter((one) => one.digest !== digest), ...nonces] });
    await store.save();
  };
  const delivery = createDelivery({
    ctx: inner,
    channels: makeChannels({ ctx: inner, settings, terminal }, keep),
    store,
    onProblem: (channel, problem, topic) => void reportProblem(scope, { channel, problem, topic }),
  });
  const teller = createTeller(inner, { store, settings, delivery });
  const now = (): number => ctx.clock.now().getTime();
  const since = new Date(Math.max(store.state.readAt - overlapMs, now() - longestGapMs));
  const background = [
    teller.tick(loops),
    listenToTelegram(scope, { settings, store, signal: loops, resend: () => teller.resend() }),
  ];
  try {
    await readAllHosts(scope, {
      since: (store.state.readAt === 0 ? ctx.clock.now() : since).toISOString(),
      details: settings.details,
      onLook: (look) => teller.look(look),
      onProblem: (message) => ctx.log(`notifier: ${message}`),
      signal: loops,
      ending,
    });
    teller.tell();
    await inTime(inner, delivery.settled(), signal.aborted ? lastMs.aborted : lastMs.ordered);
  } finally {
    over.abort();
    await Promise.allSettled(background);
    await store.save().catch((error: unknown) => ctx.log(`notifier: ${toCoworkError(error).message}`));
  }
}

/** One loop for each host; hosts that are added later get one, too. */
async function readAllHosts(scope: Scope, options: Parameters<typeof readHost>[1]): Promise<void> {
  const { ctx } = scope;
  const { signal, ending, onProblem } = options;
  const over = AbortSignal.any([signal, ending]);
  const loops = new Map<string, Promise<void>>();
  while (!signal.aborted) {
    try {
      const found = await findSessions(scope, { words: [], all: true }, { verb: "notify", outside: "all" });
      for (const target of await hostTargets(found)) {
        if (loops.has(target.host)) continue;
        const loop = readHost(target, options).finally(() => loops.delete(target.host));
        loops.set(target.host, loop);
      }
    } catch (error) {
      onProblem(toCoworkError(error).message);
    }
    if (ending.aborted) break;
    await ctx.clock.sleep(hostsMs, over).catch(() => undefined);
  }
  await Promise.all(loops.values());
}

async function inTime(ctx: Pick<Context, "clock">, work: Promise<void>, ms: number): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, ctx.clock.sleep(ms, over.signal).catch(() => undefined)]);
  over.abort();
}
