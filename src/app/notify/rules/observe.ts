import type { NotifySession, NotifyTopic, TopicKind } from "../../../contract/notify/notify.ts";
import type { SessionEvent } from "../../../contract/work/history.ts";
import { plain } from "../../../system/text.ts";
import { longWorkMs, requestKinds, sessionKey, type NotifyState } from "./types.ts";

const nothingKnown: NotifySession = { n: 0, at: 0, messages: [] };
/** Longer texts are cut: the whole request is read when it is reported. */
const maxText = 300;

/**
 * What is to be reported after one more event. An event that was seen before changes nothing, one of a type that does not matter only its
 * session's number. Pure.
 * @param now in ms since 1970
 */
export function observe(state: NotifyState, event: SessionEvent, now: number): NotifyState {
  const key = sessionKey(event);
  const known = state.sessions[key] ?? nothingKnown;
  // The clock of another machine may be wrong.
  const at = Math.min(Date.parse(event.at) || now, now);
  // A session of the same name that was made again counts from 1 again, and later.
  if (event.n <= known.n && at <= known.at) return state;
  const session = { ...known, n: event.n, at };
  const next = observed({ topics: state.topics, session, key, event, at });
  return { topics: next.topics, sessions: { ...state.sessions, [key]: next.session } };
}

interface Step {
  topics: readonly NotifyTopic[];
  session: NotifySession;
  key: string;
  event: SessionEvent;
  at: number;
}

type Stepped = Pick<Step, "topics" | "session">;

function observed(step: Step): Stepped {
  // A subagent goes on while the agent itself waits or rests.
  if (step.event.type.startsWith("agent.") && step.event.data["subagent"] !== undefined) return step;
  return changes.get(step.event.type)?.(step) ?? step;
}

/** What each type of event changes; others change nothing. */
const changes: ReadonlyMap<string, (step: Step) => Stepped> = new Map([
  ["approval.asked", asked],
  ["approval.answered", settled],
  ["approval.retired", settled],
  ["agent.started", working],
  ["agent.working", working],
  ["agent.tool", working],
  ["agent.waiting", waiting],
  ["agent.failed", agentFailed],
  ["agent.idle", idle],
  ["agent.ended", (step: Step) => ({ topics: closed(step.topics, step), session: paused(step.session) })],
  ["run.started", (step: Step) => ({ ...step, session: { ...step.session, run: textOf(step.event.data["run"]) } })],
  ["run.stalled", (step: Step) => ({ ...step, topics: add(step.topics, topicOf(step, "stalled")) })],
  ["run.ended", runEnded],
  ["session.notify", (step: Step) => ({ ...step, topics: add(step.topics, topicOf(step, "notice")) })],
  ["session.muted", muted],
  ["session.unmuted", (step: Step) => ({ ...step, session: without(step.session, "muted") })],
  ["prompt.sent", (step: Step) => ({ ...step, session: rested(step) })],
  ["agent.opened", (step: Step) => ({ ...step, session: rested(step) })],
]);

function settled(step: Step): Stepped {
  const { topics, event } = step;
  return { topics: settle(topics, step, textOf(event.data["digest"]), outcomeOf(event)), session: rested(step) };
}

function agentFailed(step: Step): Stepped {
  return { topics: add(closed(step.topics, step), topicOf(step, "failed")), session: paused(step.session) };
}

function muted(step: Step): Stepped {
  return { ...step, session: { ...step.session, muted: Date.parse(textOf(step.event.data["until"])) || 0 } };
}

function asked(step: Step): Stepped {
  const { event, topics } = step;
  const { kind, approval, digest } = event.data;
  const found = requestKinds.find((one) => one === kind) ?? "approval";
  const topic = {
    ...topicOf(step, found),
    key: `${step.key} ${textOf(digest)}`,
    approval: { id: textOf(approval), digest: textOf(digest) },
  };
  // The agent's own word that it waits comes with the request.
  return { ...step, topics: add(closed(topics, step), topic) };
}

function waiting(step: Step): Stepped {
  // The end of a usage limit needs no one.
  const isLimit = step.event.data["for"] === "limit";
  const hasRequest = step.topics.some(
    (one) => isOf(one, step) && requestKinds.includes(one.kind) && one.over === undefined,
  );
  return hasRequest || isLimit ? step : { ...step, topics: add(step.topics, topicOf(step, "waiting")) };
}

function idle(step: Step): Stepped {
  const { session, at } = step;
  const worked = session.workingSince === undefined ? 0 : at - session.workingSince;
  const topics = closed(step.topics, step);
  const isTold = worked > longWorkMs && session.run === undefined;
  return { ...step, topics: isTold ? add(topics, topicOf(step, "idle")) : topics, session: paused(session) };
}

function working(step: Step): Stepped {
  const { session, at } = step;
  return { ...step, topics: closed(step.topics, step), session: { workingSince: at, ...session } };
}

function runEnded(step: Step): Stepped {
  const { event, session } = step;
  const { run, state, reason } = event.data;
  const topics = closed(step.topics, step);
  // Who stopped it knows.
  const isNews = reason !== "user";
  const topic = {
    ...topicOf(step, "ended"),
    key: `${step.key} ${textOf(run)}`,
    run: { id: textOf(run), state: textOf(state) },
  };
  return { ...step, topics: isNews ? add(topics, topic) : topics, session: without(paused(session), "run") };
}

/** What the agent's going on, or its end, is the answer to. */
function closed(topics: readonly NotifyTopic[], step: Step): NotifyTopic[] {
  const its: readonly TopicKind[] = ["waiting", "failed", "stalled", "idle"];
  return topics.flatMap((one) => (isOf(one, step) && its.includes(one.kind) ? end(one, "The agent went on.") : one));
}

function settle(
  topics: readonly NotifyTopic[],
  step: Pick<Step, "key">,
  digest: string,
  outcome: string,
): NotifyTopic[] {
  return topics.flatMap((one) => (isOf(one, step) && one.approval?.digest === digest ? end(one, outcome) : one));
}

/** What was not reported needs no end. */
export function end(topic: NotifyTopic, outcome: string): NotifyTopic[] {
  return topic.toldAt === undefined ? [] : [{ ...topic, over: topic.over ?? outcome }];
}

/** A topic with the same key is the same thing: it is reported once. */
function add(topics: readonly NotifyTopic[], topic: NotifyTopic): NotifyTopic[] {
  const before = topics.find(({ key }) => key === topic.key);
  if (before === undefined) return [...topics, topic];
  if (topic.kind !== "notice" && before.over === undefined) return [...topics];
  return [...topics.filter((one) => one !== before), topic];
}

function topicOf({ event, key, at }: Step, kind: TopicKind): NotifyTopic {
  const { host, project, session, sessionId, data } = event;
  const text = plain(textOf(data["detail"]).slice(0, 2 * maxText))
    .slice(0, maxText)
    .toWellFormed();
  return { key: `${key} ${kind}`, kind, host, project, session, sessionId, since: at, text, reminded: 0, sent: [] };
}

function outcomeOf({ type, data }: SessionEvent): string {
  if (type === "approval.retired") return `No answer is needed any more: ${line(data["reason"])}.`;
  const what = data["decision"] === "allow" ? "Allowed" : "Denied";
  return `${what} by ${line(data["by"])} through the ${line(data["through"])}.`;
}

/** A person has seen to the session: the next message need not wait. */
function rested({ session, event }: Step): NotifySession {
  return event.source === "person" ? { ...session, messages: [] } : session;
}

function paused(session: NotifySession): NotifySession {
  return without(session, "workingSince");
}

function without(session: NotifySession, field: "workingSince" | "run" | "muted"): NotifySession {
  const { [field]: _, ...rest } = session;
  return rest;
}

function isOf(topic: NotifyTopic, { key }: Pick<Step, "key">): boolean {
  return sessionKey(topic) === key;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function line(value: unknown): string {
  return plain(textOf(value).slice(0, 2 * maxText)).slice(0, 100);
}
