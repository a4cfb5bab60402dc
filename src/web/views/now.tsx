import type { JSX } from "preact";
import { Icon } from "../parts/icon.tsx";
import { ProjectSelect } from "../parts/project-select.tsx";
import { SessionRow } from "./session-row.tsx";
import { Spending } from "./spending.tsx";
import { groupOf, keyOf, sessions, type Group, type Session } from "../state/sessions.ts";
import { may } from "../state/me.ts";
import { openDialog } from "../state/dialogs.ts";
import { query, setQuery, to } from "../state/router.ts";
import { plural } from "../text/units.ts";

const groups: [group: Group, title: string][] = [
  ["waiting", "Waiting for you"],
  ["trouble", "In trouble"],
  ["working", "Working"],
  ["ready", "At rest"],
  ["stopped", "Stopped"],
];

/** Every session of every project and host: what waits for a person first. */
export function Now(): JSX.Element {
  const all = sessions.value;
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{all === undefined ? "Now" : headline(all)}</h1>
          <p class="lead">
            {all === undefined ? "Loading…" : overview(all)}
            {all === undefined || all.length === 0 ? null : (
              <>
                {" · "}
                <a href={to("conflicts")}>{collisions(all)}</a>
              </>
            )}
          </p>
        </div>
        {may("operate") ? (
          <div class="actions">
            <button type="button" class="button" onClick={() => openDialog({ name: "session" })}>
              <Icon name="add" /> New session
            </button>
            <button type="button" class="button primary" onClick={() => openDialog({ name: "run" })}>
              <Icon name="play" /> New run
            </button>
          </div>
        ) : null}
      </header>
      {all === undefined ? null : all.length === 0 ? <NoSessions /> : <Groups all={all} />}
      <Spending />
    </>
  );
}

function headline(all: readonly Session[]): string {
  const waiting = all.filter((one) => groupOf(one) === "waiting").length;
  if (waiting === 0) return "Nothing waits for you";
  return `${plural(waiting, "session")} ${waiting === 1 ? "waits" : "wait"} for you`;
}

function overview(all: readonly Session[]): string {
  const count = (group: Group): number => all.filter((one) => groupOf(one) === group).length;
  const words: [Group, string][] = [
    ["working", "working"],
    ["ready", "at rest"],
    ["stopped", "stopped"],
    ["trouble", "in trouble"],
  ];
  const parts = words.filter(([group]) => count(group) > 0).map(([group, word]) => `${count(group)} ${word}`);
  return parts.join(" · ");
}

/** What the last comparison found. */
function collisions(all: readonly Session[]): string {
  const count = all.filter(({ conflicts }) => conflicts !== undefined).length;
  return count === 0 ? "Conflicts" : `${plural(count, "session")} ${count === 1 ? "collides" : "collide"}`;
}

function Groups({ all }: { all: readonly Session[] }): JSX.Element {
  const names = [...new Set(all.map(({ project = "" }) => project))].toSorted();
  const [text, project] = [query.value.get("text") ?? "", query.value.get("project") ?? ""];
  const shown = all.filter((one) => matches(one, text, project));
  return (
    <>
      {all.length > 5 || text !== "" ? (
        <div class="filter" role="search">
          <input
            class="input"
            type="search"
            data-filter
            placeholder="Filter by name, state or text"
            aria-label="Filter sessions"
            value={text}
            onInput={({ currentTarget }) => setQuery({ text: currentTarget.value })}
          />
          <ProjectSelect names={names} project={project} />
        </div>
      ) : null}
      {groups.map(([group, title]) => (
        <GroupOf group={group} title={title} of={shown.filter((one) => groupOf(one) === group)} />
      ))}
      {shown.length === 0 ? <p class="empty">No session matches.</p> : null}
    </>
  );
}

function matches({ name, project = "", host = "", state, agentState }: Session, text: string, only: string): boolean {
  if (only !== "" && project !== only) return false;
  const about =
    `${name} ${project} ${host} ${state ?? ""} ${agentState?.state ?? ""} ${agentState?.detail ?? ""}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => about.includes(word));
}

function GroupOf({ group, title, of }: { group: Group; title: string; of: readonly Session[] }): JSX.Element | null {
  if (of.length === 0) return null;
  const sorted = of.toSorted((a, b) => ((a.agentState?.since ?? "") < (b.agentState?.since ?? "") ? 1 : -1));
  // Who waits longest comes first; elsewhere what changed last.
  const ordered = group === "waiting" ? sorted.toReversed() : sorted;
  return (
    <section class={`group of-${group}`} aria-labelledby={`group-${group}`}>
      <div class="group-head">
        <h2 id={`group-${group}`}>{title}</h2>
        <span>{of.length}</span>
      </div>
      <ul class="card rows">
        {ordered.map((one) => (
          <SessionRow key={keyOf(one)} session={one} isWaiting={group === "waiting"} />
        ))}
      </ul>
    </section>
  );
}

function NoSessions(): JSX.Element {
  return (
    <div class="empty">
      <strong>No sessions yet</strong>
      {may("operate") ? "Start one with New run, or in a project with: " : "Start one in a project with: "}
      <code>cowork run fix-login "…"</code>
    </div>
  );
}
