import type { NotifyTopic } from "../../../../src/contract/notify/notify.ts";
import type { ApprovalView } from "../../../../src/contract/work/approval.ts";
import type { SessionEvent } from "../../../../src/contract/work/history.ts";
import type { NotifyRules, NotifyState } from "../../../../src/app/notify/rules/types.ts";
import { approvalView } from "../../../support/fakes/approval-view.ts";

export const start = Date.parse("2026-03-01T12:00:00Z");

export const nothing: NotifyState = { topics: [], sessions: {} };

export const rules: NotifyRules = {
  remindMs: [300_000, 1_800_000],
  quiet: undefined,
  minuteOfDay: (at) => Math.floor(at / 60_000) % 1440,
};

/** An event of session api, so many ms after the start. */
export function event(type: string, n: number, ms: number, data: SessionEvent["data"] = {}): SessionEvent {
  const ids = { id: `local:api:${n}`, host: "local", project: "shop", session: "api", sessionId: "shop-api" };
  const source = type.startsWith("prompt") || type === "approval.answered" ? "person" : "agent";
  return { n, at: new Date(start + ms).toISOString(), source, type, data, ...ids };
}

export function asked(n: number, ms: number, digest: string, kind = "approval"): SessionEvent {
  return event("approval.asked", n, ms, { approval: `q${n}`, digest, kind, tool: "Bash", detail: "npm publish" });
}

export function topic(change: Partial<NotifyTopic> = {}): NotifyTopic {
  return {
    key: "local shop-api d1",
    kind: "approval",
    host: "local",
    project: "shop",
    session: "api",
    sessionId: "shop-api",
    since: start,
    text: "npm publish",
    approval: { id: "q1a", digest: "d1" },
    reminded: 0,
    sent: [],
    ...change,
  };
}

export function request(change: Partial<ApprovalView> = {}): ApprovalView {
  return approvalView({ id: "q1a", digest: "d1", text: "npm publish", ...change });
}
