import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { RouteOutput } from "../../../contract/http/routes.ts";
import type { ListedProject } from "../../../contract/http/places.ts";
import { call } from "../../api/call.ts";
import { openDialog } from "../../state/dialogs.ts";
import { may } from "../../state/me.ts";
import { operations, isActive } from "../../state/operations.ts";
import { Loaded, useLoaded } from "../../parts/loaded.tsx";
import { Since } from "../../parts/time.tsx";
import { loadProjects, projects } from "../../state/places.ts";
import { query, setQuery } from "../../state/router.ts";
import { attempt } from "../../state/toasts.ts";
import { plural } from "../../text/units.ts";
import { plain } from "../../text/visible.ts";
import { ConflictMatrix } from "./matrix.tsx";
import { Claims } from "./claims.tsx";
import { LastMerge } from "./merge.tsx";
import { PairView } from "./pair.tsx";

/** Which sessions of a project would collide if they were merged now. */
export function ConflictsView(): JSX.Element {
  useEffect(() => void attempt(loadProjects()), []);
  const known = (projects.value ?? []).filter(({ exists, sessions }) => exists && sessions > 0);
  const wanted = query.value.get("project") ?? "";
  const project = known.find(({ id }) => id === wanted) ?? known[0];
  return (
    <>
      <header class="page-head">
        <div>
          <h1>Conflicts</h1>
          <p class="lead">What would collide if it were merged now, uncommitted work included.</p>
        </div>
        {known.length > 1 ? (
          <select
            class="input conflicts-project"
            aria-label="Project"
            value={project?.id}
            onChange={({ currentTarget }) => setQuery({ project: currentTarget.value, a: "", b: "" })}
          >
            {known.map(({ id, name }) => (
              <option value={id}>{plain(name)}</option>
            ))}
          </select>
        ) : null}
      </header>
      {project !== undefined ? (
        <OfProject key={project.id} project={project} />
      ) : projects.value === undefined ? (
        <p class="muted">Loading…</p>
      ) : (
        <div class="empty">
          <strong>No sessions to compare</strong>
          This machine has no project with sessions.
        </div>
      )}
    </>
  );
}

function OfProject({ project: { id: project } }: { project: ListedProject }): JSX.Element {
  // The first answer is what the last look left, and costs nothing.
  const [looks, setLooks] = useState(0);
  const [isLooking, setLooking] = useState(false);
  const found = useLoaded(
    async (signal) => {
      const look = looks > 0 ? { look: "true" as const } : {};
      try {
        return await call("GET /conflicts", { query: { project, ...look }, signal });
      } finally {
        setLooking(false);
      }
    },
    [project, looks],
  );
  const merges = operations.value.filter((one) => one.kind === "merge" && one.project === project);
  const isMerging = merges.some(isActive);
  // Again whenever a merge of this project started, went on or ended.
  const step = merges.map(({ id, state, events }) => `${id} ${state} ${events.length}`).join();
  const merge = useLoaded(async (signal) => await call("GET /merges", { query: { project }, signal }), [project, step]);
  const claims = useLoaded(
    async (signal) => await call("GET /claims", { query: { project }, signal }),
    [project, looks],
  );
  const mergeable = (found.value?.sessions ?? []).map(({ id, name, host }) => ({ key: `${id}@${host}`, name }));
  const look = (): void => {
    setLooking(true);
    setLooks(looks + 1);
  };
  return (
    <>
      <div class="conflicts-head">
        <p class="muted" role="status">
          {isLooking ? "Looking at the sessions…" : <Age of={found.value} />}
        </p>
        <span class="conflicts-acts">
          <button type="button" class="button" disabled={isLooking} onClick={look}>
            Look now
          </button>
          {may("operate") ? (
            <button
              type="button"
              class="button"
              disabled={isMerging || mergeable.length === 0}
              onClick={() => openDialog({ name: "merge", project, sessions: mergeable })}
            >
              Merge…
            </button>
          ) : null}
        </span>
      </div>
      <Loaded of={found}>{(value) => <Found project={project} found={value} />}</Loaded>
      <Loaded of={merge}>{(value) => <LastMerge merge={value.merge} />}</Loaded>
      <Loaded of={claims}>{(value) => <Claims claims={value.claims} />}</Loaded>
    </>
  );
}

type Answer = RouteOutput<"GET /conflicts">;

function Age({ of: found }: { of: Answer | undefined }): JSX.Element | null {
  const seen = (found?.sessions ?? []).filter(({ judged }) => judged).map(({ asOf }) => asOf);
  const [oldest] = seen.toSorted();
  if (oldest === undefined) return null;
  return (
    <>
      {plural(seen.length, "session")} as seen <Since at={oldest} /> ago
    </>
  );
}

function Found({ project, found }: { project: string; found: Answer }): JSX.Element {
  const { sessions, pairs } = found;
  const [a, b] = [query.value.get("a") ?? "", query.value.get("b") ?? ""];
  const chosen = pairs.find((pair) => pair.a === a && pair.b === b);
  const unjudged = sessions.filter(({ judged }) => !judged);
  if (pairs.length === 0)
    return (
      <div class="empty">
        <strong>No sessions to compare</strong>
        Two sessions, or one and the project's branch, make a pair.
      </div>
    );
  return (
    <>
      <ConflictMatrix
        pairs={pairs}
        chosen={chosen}
        onChoose={(pair) => setQuery(pair === chosen ? { a: "", b: "" } : { a: pair.a, b: pair.b })}
      />
      {unjudged.map(({ name, reason = "it was not looked at" }) => (
        <p class="notice">
          <b>{plain(name)}</b> could not be judged: {plain(reason)}.
        </p>
      ))}
      {chosen === undefined ? null : (
        <PairView key={`${chosen.a} ${chosen.b}`} project={project} sessions={sessions} pair={chosen} />
      )}
    </>
  );
}
