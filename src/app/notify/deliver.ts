import type { NotifyTopic } from "../../contract/notify/notify.ts";
import { toCoworkError, type CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { Channel, ChannelContext } from "./channels/types.ts";
import type { Message } from "./message.ts";
import type { NotifierStore } from "./store.ts";

/** Waits between tries of a delivery, in ms. */
const triesMs = [2_000, 10_000];
/** When no channel took a message, it is reported again after this time, in ms. */
const againMs = 60_000;
/** Deliveries of a channel that may wait; more are dropped. */
const maxQueue = 200;

export interface Delivery {
  /** Delivers a message through all channels, in the background and in order. */
  send(message: Message, channels?: readonly Channel["name"][]): void;
  /** Replaces the messages about topics that are over, and forgets them. */
  replaceOver(): void;
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>;
}

export interface DeliveryParts {
  ctx: ChannelContext;
  channels: readonly Channel[];
  store: NotifierStore;
  /** called for the first message that a channel does not take, and for the first that it takes again (`problem` undefined) */
  onProblem: (channel: Channel["name"], problem: string | undefined, topic: NotifyTopic | undefined) => void;
}

export function createDelivery({ ctx, channels, store, onProblem }: DeliveryParts): Delivery {
  const lanes = new Map(channels.map((channel) => [channel.name, { last: Promise.resolve(), waiting: 0 }]));
  const under = new Map<string, number>();
  const all = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    all.add(work);
    void work.finally(() => all.delete(work));
  };
  const save = async (): Promise<void> =>
    await store.save().catch((error: unknown) => ctx.log(`notifier: ${toCoworkError(error).message}`));
  /** One delivery of a channel after the other. @returns undefined if it failed or was dropped */
  const inLane = async <T>(
    channel: Channel,
    topic: NotifyTopic,
    work: () => Promise<T>,
  ): Promise<{ value: T } | undefined> => {
    const lane = lanes.get(channel.name);
    if (lane === undefined || lane.waiting >= maxQueue) return undefined;
    lane.waiting += 1;
    const done = lane.last.then(async () => await attempt(ctx, work));
    lane.last = done.then(
      () => undefined,
      () => undefined,
    );
    try {
      const value = await done;
      note(channel, undefined, topic);
      return { value };
    } catch (error) {
      if (!ctx.signal.aborted) note(channel, toCoworkError(error), topic);
      return undefined;
    } finally {
      lane.waiting -= 1;
    }
  };
  const note = ({ name }: Channel, error: CoworkError | undefined, topic: NotifyTopic): void => {
    const now = ctx.clock.now().getTime();
    const before = store.state.channels[name] ?? {};
    const { problem: _, failedAt: __, ...good } = before;
    const problem = error === undefined ? undefined : plain(error.message).slice(0, 300);
    const after = problem === undefined ? { ...good, deliveredAt: now } : { ...good, failedAt: now, problem };
    store.change({ channels: { ...store.state.channels, [name]: after } });
    if ((before.problem === undefined) !== (problem === undefined)) onProblem(name, problem, topic);
  };
  const sendAll = async (message: Message, chosen: readonly Channel[]): Promise<void> => {
    const { topic } = message;
    under.set(topic.key, (under.get(topic.key) ?? 0) + 1);
    // On disk before it is sent: a message too few is better than the same one again and again.
    await save();
    const taken = await Promise.all(
      chosen.map(async (channel) => {
        const sent = await inLane(channel, topic, async () => await channel.send(message));
        if (sent?.value !== undefined) remember(store, topic.key, { channel: channel.name, ref: sent.value });
        return sent !== undefined;
      }),
    );
    under.set(topic.key, (under.get(topic.key) ?? 1) - 1);
    const isLost = chosen.length > 0 && !taken.includes(true) && message.reminder === 0;
    if (isLost && !ctx.signal.aborted) tellAgain(store, topic, ctx.clock.now().getTime() + againMs);
    await save();
  };
  return {
    send: (message, names) => {
      track(
        sendAll(
          message,
          channels.filter(({ name }) => names === undefined || names.includes(name)),
        ),
      );
    },
    replaceOver: () => {
      const over = store.state.topics.filter(({ key, over: outcome }) => outcome !== undefined && !under.get(key));
      if (over.length === 0) return;
      store.change({ topics: store.state.topics.filter((topic) => !over.includes(topic)) });
      for (const topic of over) {
        for (const { channel: name, ref } of topic.sent) {
          const channel = channels.find((one) => one.name === name);
          const replace = channel?.replace?.bind(channel);
          if (channel === undefined || replace === undefined) continue;
          track(inLane(channel, topic, async () => await replace(ref, topic, topic.over ?? "")).then(() => undefined));
        }
      }
    },
    settled: async () => {
      while (all.size > 0) await Promise.all(all);
    },
  };
}

/** @throws the error of the last try; at once if another one cannot help */
async function attempt<T>({ clock, signal }: ChannelContext, work: () => Promise<T>): Promise<T> {
  for (let n = 0; ; n += 1) {
    try {
      return await work();
    } catch (error) {
      const wait = triesMs[n];
      const { code } = toCoworkError(error);
      if (wait === undefined || signal.aborted || code === "PROGRAM_MISSING" || code === "INTERRUPTED") throw error;
      await clock.sleep(wait, signal);
    }
  }
}

function remember(store: NotifierStore, key: string, sent: NotifyTopic["sent"][number]): void {
  const topics = store.state.topics.map((topic) =>
    topic.key === key ? { ...topic, sent: [...topic.sent, sent].slice(-20) } : topic,
  );
  store.change({ topics });
}

/** As if it had happened only then. A topic that is over meanwhile is not reported any more. */
function tellAgain(store: NotifierStore, lost: NotifyTopic, at: number): void {
  const { topics } = store.state;
  const topic = topics.find(({ key }) => key === lost.key);
  if (topic?.over !== undefined) return;
  const { toldAt: _, ...again } = { ...(topic ?? lost), since: at };
  store.change({ topics: [...topics.filter((one) => one !== topic), { ...again, reminded: 0 }] });
}
