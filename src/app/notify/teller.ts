import type { NotifySettings } from "../../config/notify.ts";
import type { ApprovalView } from "../../contract/work/approval.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { Delivery } from "./deliver.ts";
import { writeMessage, type Message } from "./message.ts";
import type { Look } from "./read-host.ts";
import { decide } from "./rules/decide.ts";
import { observeRequests, observeWork } from "./rules/look.ts";
import { observe } from "./rules/observe.ts";
import { requestKinds, type Due, type NotifyRules, type NotifyState } from "./rules/types.ts";
import type { NotifierStore } from "./store.ts";

const tickMs = 1_000;
/** How often it is written down that events were read, in ms. */
const readMarkMs = 10_000;
/** A host that sent messages itself within this time is not reported for. */
const ownMs = 15_000;

export interface Teller {
  look(look: Look): void;
  /** Decides and sends. */
  tell(): void;
  tick(signal: AbortSignal): Promise<void>;
  /** Sends the open requests once more, through Telegram. */
  resend(): number;
}

/** Takes in what was read, decides by the rules, and sends. */
export function createTeller(
  ctx: Context,
  { store, settings, delivery }: { store: NotifierStore; settings: NotifySettings; delivery: Delivery },
): Teller {
  const { details, publicUrl, remindMs, quiet } = settings;
  const now = (): number => ctx.clock.now().getTime();
  const minuteOfDay = (at: number): number => new Date(at).getHours() * 60 + new Date(at).getMinutes();
  const rules: NotifyRules = { remindMs, quiet, minuteOfDay };
  const requests = new Map<string, ApprovalView[]>();
  const ownUntil = new Map<string, number>();
  let markedAt = 0;
  const messageOf = (due: Due): Message => {
    const open = requests.get(due.topic.host) ?? [];
    return writeMessage(due, {
      details,
      publicUrl,
      request: open.find(({ digest, state }) => state === "open" && digest === due.topic.approval?.digest),
    });
  };
  const tell = (): void => {
    const { topics, sessions } = store.state;
    const { due, state } = decide({ topics, sessions }, now(), rules);
    if (due.length > 0) {
      store.change({ topics: [...state.topics], sessions: { ...state.sessions } });
      void store.save().catch((error: unknown) => ctx.log(`notifier: ${toCoworkError(error).message}`));
    }
    for (const one of due) if ((ownUntil.get(one.topic.host) ?? 0) < now()) delivery.send(messageOf(one));
    delivery.replaceOver();
  };
  return {
    look: ({ host, events, approvals, work, isOwn }) => {
      if (isOwn === true) ownUntil.set(host, now() + ownMs);
      let state: NotifyState = { topics: store.state.topics, sessions: store.state.sessions };
      for (const event of events) state = observe(state, event, now());
      if (approvals !== undefined) {
        requests.set(host, approvals);
        state = observeRequests(state, host, approvals, now());
      }
      if (work !== undefined) state = observeWork(state, host, work);
      const isMark = now() - markedAt >= readMarkMs;
      if (isMark) markedAt = now();
      if (events.length > 0 || approvals !== undefined || isMark)
        store.change({ topics: [...state.topics], sessions: { ...state.sessions }, readAt: now() });
      tell();
      if (isMark) void store.save().catch((error: unknown) => ctx.log(`notifier: ${toCoworkError(error).message}`));
    },
    tell,
    tick: async (signal) => {
      while (!signal.aborted) {
        await ctx.clock.sleep(tickMs, signal).catch(() => undefined);
        if (!signal.aborted) tell();
      }
    },
    resend: () => {
      const open = store.state.topics.filter(({ kind, over }) => requestKinds.includes(kind) && over === undefined);
      for (const topic of open) delivery.send(messageOf({ topic, reminder: topic.reminded }), ["telegram"]);
      return open.length;
    },
  };
}
