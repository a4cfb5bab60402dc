import type { NotifySession, NotifyTopic } from "../../../contract/notify/notify.ts";
import { isQuiet, quietEnd } from "./quiet.ts";
import {
  cooldownMs,
  dwellMs,
  maxUrgent,
  remindedKinds,
  sessionKey,
  urgentKinds,
  type Due,
  type NotifyRules,
  type NotifyState,
} from "./types.ts";

export interface Decision {
  /** in the order in which they are to be sent */
  due: Due[];
  /** the state once they are sent */
  state: NotifyState;
  /** when to decide again at the latest, in ms since 1970; undefined: after the next event */
  next: number | undefined;
}

/**
 * What is to be reported now. A topic is reported once when it has lasted long enough; while it is open, reminders follow in their order, each
 * at most once. Quiet hours and mute hold everything back; of reminders that fell into them only the last one is sent. Pure.
 */
export function decide(state: NotifyState, now: number, rules: NotifyRules): Decision {
  const due: Due[] = [];
  const times: number[] = [];
  let { sessions } = state;
  const wanted = state.topics.filter((topic) => !isUnwanted(topic, state.sessions[sessionKey(topic)], now));
  const topics = wanted
    .toSorted((a, b) => a.since - b.since)
    .map((topic): NotifyTopic => {
      const key = sessionKey(topic);
      const session = sessions[key];
      const reminder = reminderOf(topic, now, rules);
      const at = dueAt(topic, { session, now, rules });
      if (at === undefined) return topic;
      if (at > now) {
        times.push(at);
        return topic;
      }
      const after = { ...topic, toldAt: topic.toldAt ?? now, reminded: reminder };
      due.push({ topic: after, reminder });
      sessions = { ...sessions, [key]: toldNow(session, now) };
      const following = dueAt(after, { session: sessions[key], now, rules });
      if (following !== undefined) times.push(following);
      return after;
    });
  const next = times.length === 0 ? undefined : Math.min(...times);
  return { due, state: { topics: topics.filter((topic) => !isDone(topic)), sessions }, next };
}

/** When the next message about a topic is due; undefined: never, as far as is known now. */
function dueAt(
  topic: NotifyTopic,
  { session, now, rules }: { session: NotifySession | undefined; now: number; rules: NotifyRules },
): number | undefined {
  if (topic.over !== undefined) return undefined;
  const first = topic.toldAt;
  const wanted = first === undefined ? topic.since + dwellMs[topic.kind] : reminderAt(topic, first, rules);
  if (wanted === undefined) return undefined;
  const ready = Math.max(wanted, first === undefined ? freeAt(topic, session) : 0, mutedUntil(session, now));
  if (ready === Number.POSITIVE_INFINITY) return undefined;
  const at = Math.max(ready, now);
  return isQuiet(rules, at) ? quietEnd(rules, at) : ready;
}

function reminderAt({ kind, reminded }: NotifyTopic, toldAt: number, { remindMs }: NotifyRules): number | undefined {
  const after = remindedKinds.includes(kind) ? remindMs[reminded] : undefined;
  return after === undefined ? undefined : toldAt + after;
}

/** The number of the reminder that is due by now: the last one. */
function reminderOf({ toldAt, reminded }: NotifyTopic, now: number, { remindMs }: NotifyRules): number {
  if (toldAt === undefined) return 0;
  const passed = remindMs.filter((after) => toldAt + after <= now).length;
  return Math.max(passed, reminded);
}

/** When the messages before let another one about the session through. */
function freeAt({ kind }: NotifyTopic, session: NotifySession | undefined): number {
  const messages = session?.messages ?? [];
  const last = urgentKinds.includes(kind) ? messages.at(-maxUrgent) : messages.at(-1);
  return last === undefined ? 0 : last + cooldownMs;
}

function mutedUntil(session: NotifySession | undefined, now: number): number {
  const muted = session?.muted;
  if (muted === undefined) return 0;
  return muted === 0 ? Number.POSITIVE_INFINITY : muted > now ? muted : 0;
}

/** What happened in a muted session is not reported later either; what is still asked then is. */
function isUnwanted({ kind, toldAt }: NotifyTopic, session: NotifySession | undefined, now: number): boolean {
  return toldAt === undefined && !remindedKinds.includes(kind) && mutedUntil(session, now) > now;
}

function toldNow(session: NotifySession | undefined, now: number): NotifySession {
  const before = session ?? { n: 0, at: 0, messages: [] };
  return { ...before, messages: [...before.messages.filter((at) => now - at < cooldownMs), now].slice(-maxUrgent) };
}

/** Nothing follows: it was reported, and no one waits for a person. */
function isDone({ kind, toldAt, over }: NotifyTopic): boolean {
  return toldAt !== undefined && over === undefined && !remindedKinds.includes(kind);
}
