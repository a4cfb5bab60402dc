import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Trouble } from "../../parts/loaded.tsx";
import { may } from "../../state/me.ts";
import { useRunsOf } from "../../state/runs-of.ts";
import { keyOf, type Session } from "../../state/sessions.ts";
import { useTranscript } from "../../state/transcript.ts";
import { AskedNotice } from "./asked-notice.tsx";
import { joinResults } from "./cards.ts";
import { Entry } from "./entry.tsx";
import { FollowUp } from "./follow-up.tsx";
import { RunChoice } from "./run-choice.tsx";
import { Timeline } from "./timeline.tsx";

/** Cards that are shown at once; earlier ones on request. */
const shownAtOnce = 300;

/** The conversation: prompts, the agent's words, its tools with their results; and a place to say more. */
export function Talk({ session }: { session: Session }): JSX.Element {
  const key = keyOf(session);
  const [n, setN] = useState<number | undefined>(undefined);
  const runs = useRunsOf(session);
  const { entries, error } = useTranscript(key, n);
  const [limit, setLimit] = useState(shownAtOnce);
  const cards = useMemo(() => joinResults(entries ?? []), [entries]);
  const end = useEndInView(cards.length);
  const run = runs.find((one) => one.n === n) ?? runs[0];
  const hidden = Math.max(0, cards.length - limit);
  return (
    <>
      <RunChoice runs={runs} n={n} onChange={setN} />
      {run === undefined ? null : <Timeline run={run} />}
      {error === undefined ? null : <Trouble error={error} />}
      {hidden > 0 ? (
        <button type="button" class="button earlier" onClick={() => setLimit(limit + shownAtOnce)}>
          Show earlier ({hidden})
        </button>
      ) : null}
      <h2 class="hidden">Conversation</h2>
      <ol class="talk" aria-label="Conversation">
        {cards.slice(hidden).map((card, index) => (
          <Entry key={hidden + index} {...card} />
        ))}
      </ol>
      {entries?.length === 0 ? (
        <div class="empty">
          <strong>Nothing was said yet</strong>
          {may("operate") ? "Hand over a task with Run." : "Nobody has handed over a task."}
        </div>
      ) : null}
      <AskedNotice session={session} />
      <div ref={end} />
      {may("approve") && session.state === "running" ? <FollowUp session={key} /> : null}
    </>
  );
}

/** Keeps the end in view while it grows, unless the reader has scrolled away from it. */
function useEndInView(length: number): { current: HTMLDivElement | null } {
  const end = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (end.current === null) return undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        isAtEnd.current = entry?.isIntersecting ?? true;
      },
      { rootMargin: "0px 0px 200px 0px" },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (isAtEnd.current && length > 0) end.current?.scrollIntoView({ block: "end" });
  }, [length]);
  return end;
}
