import type { NotifyTopic } from "../../../contract/notify/notify.ts";
import type { ApprovalView } from "../../../contract/work/approval.ts";
import type { SessionWork } from "../../../contract/work/calls.ts";
import { plain } from "../../../system/text.ts";
import { isActive } from "../../../work/runs/run-state.ts";
import { end } from "./observe.ts";
import { sessionKey, type NotifyState } from "./types.ts";

/**
 * Takes over all open requests of a host: those that no event reported are added, and topics whose request is not open any more are over.
 * Pure.
 */
export function observeRequests(
  state: NotifyState,
  host: string,
  open: readonly ApprovalView[],
  now: number,
): NotifyState {
  const requests = open.filter((one) => one.state === "open");
  const digests = new Set(requests.map(({ digest }) => digest));
  const kept = state.topics.flatMap((topic) => {
    const isGone = topic.host === host && topic.approval !== undefined && !digests.has(topic.approval.digest);
    return isGone && topic.over === undefined ? end(topic, "It was answered meanwhile.") : topic;
  });
  const known = new Set(kept.map(({ key }) => key));
  const added = requests.map((one) => topicOf(one, host, now)).filter(({ key }) => !known.has(key));
  return { ...state, topics: [...kept, ...added] };
}

function topicOf(
  { kind, project, session, sessionId, id, digest, askedAt, text }: ApprovalView,
  host: string,
  now: number,
): NotifyTopic {
  const about = { kind, host, project, session, sessionId };
  return {
    key: `${sessionKey(about)} ${digest}`,
    ...about,
    since: Math.min(Date.parse(askedAt) || now, now),
    text: plain(text.split("\n", 1)[0] ?? "").slice(0, 300),
    approval: { id, digest },
    reminded: 0,
    sent: [],
  };
}

/**
 * Takes over what the sessions of a host do: mute, and for those of which no event was seen yet an active run, and since when the agent
 * works. Pure.
 */
export function observeWork(state: NotifyState, host: string, work: readonly SessionWork[]): NotifyState {
  const sessions = { ...state.sessions };
  for (const { sessionId, agentState, run, muted } of work) {
    const key = sessionKey({ host, sessionId });
    const { muted: _, ...before } = sessions[key] ?? { n: 0, at: 0, messages: [] };
    const isNew = before.n === 0;
    sessions[key] = {
      ...(isNew && agentState.state === "working" ? { workingSince: Date.parse(agentState.since) } : {}),
      ...before,
      ...(isNew && run !== undefined && isActive(run) ? { run: run.id } : {}),
      ...(muted === undefined ? {} : { muted: muted.until === undefined ? 0 : Date.parse(muted.until) }),
    };
  }
  return { ...state, sessions };
}
