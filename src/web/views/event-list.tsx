import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { FeedEvent } from "../../contract/http/events.ts";
import { Trouble } from "../parts/loaded.tsx";
import { ProjectSelect } from "../parts/project-select.tsx";
import { At } from "../parts/time.tsx";
import { Windowed } from "../parts/windowed.tsx";
import { useHistory } from "../state/history.ts";
import { query, setQuery, to } from "../state/router.ts";
import { sessions } from "../state/sessions.ts";
import { plain } from "../text/visible.ts";

const kinds: [types: string, label: string][] = [
  ["", "All"],
  ["run", "Runs"],
  ["approval", "Approvals"],
  ["agent", "Agents"],
  ["prompt", "Prompts"],
  ["session", "Sessions"],
];

const tones: [prefix: string, tone: string][] = [
  ["agent.failed", "bad"],
  ["agent.waiting", "waiting"],
  ["run.waiting", "waiting"],
  ["run.limit", "waiting"],
  ["approval.asked", "waiting"],
  ["approval.answered", "good"],
  ["run.ended", "good"],
  ["agent.working", "working"],
  ["run.started", "working"],
];

const rowHeight = { wide: 38, narrow: 62 };
const narrow = matchMedia("(width < 56rem)");

/** History, the newest first: of everything, or of one session. */
export function EventList({ session }: { session?: string }): JSX.Element {
  const type = query.value.get("type") ?? "";
  const project = session === undefined ? (query.value.get("project") ?? "") : "";
  const { events, isLoading, hasMore, error, more } = useHistory({ type, session, project });
  const isNarrow = useNarrow();
  const names = [...new Set((sessions.value ?? []).map((one) => one.project ?? ""))].toSorted();
  return (
    <>
      <div class="filter">
        <div class="choice scroll" role="group" aria-label="Kind">
          {kinds.map(([types, label]) => (
            <button type="button" aria-pressed={types === type} onClick={() => setQuery({ type: types })}>
              {label}
            </button>
          ))}
        </div>
        {session === undefined ? <ProjectSelect names={names} project={project} isFilter /> : null}
      </div>
      {error === undefined ? null : <Trouble error={error} />}
      {events.length === 0 ? (
        <p class="empty">{isLoading ? "Loading…" : "No events."}</p>
      ) : (
        <Windowed
          length={events.length}
          row={isNarrow ? rowHeight.narrow : rowHeight.wide}
          label="Events"
          onEnd={more}
          render={(index) => {
            const event = events[index];
            return event === undefined ? null : (
              <Row key={event.id} event={event} withSession={session === undefined} />
            );
          }}
        />
      )}
      {events.length === 0 ? null : (
        <p class="muted events-end">
          {events.length.toLocaleString()} events{hasMore ? ", more on the way down" : ", from the first on"}
        </p>
      )}
    </>
  );
}

function Row({ event, withSession }: { event: FeedEvent; withSession: boolean }): JSX.Element {
  const { type, at, session, sessionId, host, data } = event;
  const tone = tones.find(([prefix]) => type.startsWith(prefix))?.[1] ?? "";
  const detail = [data["tool"], data["decision"], data["detail"]].flatMap((part) =>
    typeof part === "string" && part !== "" ? [part] : [],
  );
  return (
    <div class="event" role="listitem">
      <span class="event-at">
        <At at={at} />
      </span>
      <span class={`event-type ${tone}`}>{plain(type)}</span>
      {withSession ? (
        <a class="event-session" href={to("session", `${sessionId}@${host}`, "events")} data-row>
          {plain(session)}
        </a>
      ) : null}
      <span class="event-detail">{plain(detail.join(" · ").slice(0, 300))}</span>
      <span class="event-by">{event.source}</span>
    </div>
  );
}

function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(narrow.matches);
  useEffect(() => {
    const update = (): void => setNarrow(narrow.matches);
    narrow.addEventListener("change", update);
    return () => narrow.removeEventListener("change", update);
  }, []);
  return isNarrow;
}
