import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { FeedEvent } from "../../../contract/http/events.ts";
import type { RunView } from "../../../contract/work/run.ts";
import { call } from "../../api/call.ts";
import { spansOf, type SpanKind } from "../../parts/charts/spans-of.ts";
import { useWidth } from "../../parts/charts/use-width.ts";
import { clock } from "../../state/clock.ts";
import { onEvent } from "../../state/live.ts";
import { duration, plural } from "../../text/units.ts";

const words: Record<SpanKind, string> = {
  working: "worked",
  waiting: "waited for you",
  limit: "waited for the usage limit",
  idle: "at rest",
};

/** How a run went: when it worked, when it waited, each tool as a tick. */
export function Timeline({ run }: { run: RunView }): JSX.Element | null {
  const [element, width] = useWidth();
  const events = useEventsOf(run);
  const { spans, ticks, from, until } = spansOf(run, events, clock.value);
  if (spans.length === 0) return null;
  const x = (ms: number): number => ((ms - from) / Math.max(until - from, 1)) * width;
  const sums = (Object.keys(words) as SpanKind[]).flatMap((kind) => {
    const ms = spans.filter((span) => span.kind === kind).reduce((sum, span) => sum + span.until - span.from, 0);
    return ms < 1000 ? [] : [{ kind, text: `${words[kind]} ${duration(ms)}` }];
  });
  const summary = `Run ${run.n}: ${sums.map(({ text }) => text).join(", ")}, ${plural(ticks.length, "tool call")}`;
  return (
    <section class="card timeline" aria-label="How the run went">
      <div class="timeline-head">
        <span>
          <b>Run {run.n}</b> <span class="muted">{duration(until - from)}</span>
        </span>
        <span class="muted">{plural(ticks.length, "tool call")}</span>
      </div>
      <div ref={element} class="chart">
        {width === 0 ? null : (
          <svg width={width} height="28" role="img" aria-label={summary}>
            {spans.map(({ kind, from: start, until: end }) => (
              <rect
                class={`span-${kind}`}
                x={x(start)}
                width={Math.max(x(end) - x(start) - 1, 1)}
                y="2"
                height="16"
                rx="3"
              >
                <title>{`${words[kind]} ${duration(end - start)}`}</title>
              </rect>
            ))}
            {ticks.map((at) => (
              <rect class="tick" x={x(at)} y="21" width="1.5" height="6" />
            ))}
          </svg>
        )}
      </div>
      <ul class="legend">
        {sums.map(({ kind, text }) => (
          <li>
            <span class={`swatch span-${kind}`} />
            {text}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The newest events of the run's session, and those that arrive. */
function useEventsOf({ sessionId, host, n }: RunView): readonly FeedEvent[] {
  const session = `${sessionId}@${host}`;
  const [events, setEvents] = useState<readonly FeedEvent[]>([]);
  useEffect(() => {
    let isOver = false;
    const query = { session, type: "agent,run,approval,tool", limit: "2000" };
    void call("GET /events", { query }).then(
      (answer) => {
        if (!isOver) setEvents(answer.events);
      },
      () => undefined,
    );
    const forget = onEvent((event) => {
      if (`${event.sessionId}@${event.host}` === session) setEvents((before) => [...before.slice(-2000), event]);
    });
    return () => {
      isOver = true;
      forget();
    };
  }, [session, n]);
  return events;
}
