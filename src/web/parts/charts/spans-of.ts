import type { FeedEvent } from "../../../contract/http/events.ts";
import type { RunView } from "../../../contract/work/run.ts";

export type SpanKind = "working" | "waiting" | "limit" | "idle";

export interface RunSpan {
  kind: SpanKind;
  from: number;
  until: number;
}

/** What an event says about the time after it; other types say nothing. */
const meanings: Record<string, SpanKind> = {
  "agent.working": "working",
  "agent.tool": "working",
  "agent.waiting": "waiting",
  "agent.idle": "idle",
  "run.started": "working",
  "run.resumed": "working",
  "run.waiting": "waiting",
  "run.limit": "limit",
  "approval.asked": "waiting",
  "approval.answered": "working",
  "approval.retired": "working",
};

/** Divides the time of a run by what happened in it. A run without a start has no spans. */
export function spansOf(
  { startedAt, endedAt }: Pick<RunView, "startedAt" | "endedAt">,
  events: readonly Pick<FeedEvent, "at" | "type">[],
  now: number,
): { spans: RunSpan[]; ticks: number[]; from: number; until: number } {
  const from = Date.parse(startedAt ?? "");
  if (Number.isNaN(from)) return { spans: [], ticks: [], from: 0, until: 0 };
  const until = Math.max(endedAt === undefined ? now : Date.parse(endedAt), from);
  const inside = events
    .map(({ at, type }) => ({ type, ms: Date.parse(at) }))
    .filter(({ ms }) => ms >= from && ms <= until)
    .toSorted((a, b) => a.ms - b.ms);
  const spans: RunSpan[] = [{ kind: "working", from, until }];
  for (const { ms, type } of inside) {
    const kind = meanings[type];
    const last = spans.at(-1);
    if (kind === undefined || last === undefined || last.kind === kind) continue;
    if (last.from === ms) last.kind = kind;
    else {
      last.until = ms;
      spans.push({ kind, from: ms, until });
    }
  }
  return { spans, ticks: inside.filter(({ type }) => type === "agent.tool").map(({ ms }) => ms), from, until };
}
