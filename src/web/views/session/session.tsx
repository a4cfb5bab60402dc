import type { JSX } from "preact";
import { RunPill, StatePill } from "../../parts/state-pill.tsx";
import { Since } from "../../parts/time.tsx";
import { Work } from "../../parts/work.tsx";
import { describe, workOn } from "../../state/operations.ts";
import { to } from "../../state/router.ts";
import { keyOf, sessions, sessionsByKey, type Session } from "../../state/sessions.ts";
import { count, money } from "../../text/units.ts";
import { plain } from "../../text/visible.ts";
import { EventList } from "../event-list.tsx";
import { About } from "./about.tsx";
import { Actions } from "./actions.tsx";
import { Artifacts } from "./artifacts.tsx";
import { AskedNotice } from "./asked-notice.tsx";
import { DiffTab } from "./diff.tsx";
import { Logs } from "./logs.tsx";
import { Talk } from "./talk.tsx";

const tabs: [path: string, label: string][] = [
  ["talk", "Talk"],
  ["diff", "Diff"],
  ["logs", "Logs"],
  ["events", "Events"],
  ["artifacts", "Artifacts"],
  ["about", "About"],
];

/** One session: what was said and done in it, and what can be done with it. */
export function SessionView({ id, tab }: { id: string; tab: string }): JSX.Element {
  const session = sessionsByKey.value.get(id);
  if (session === undefined)
    return sessions.value === undefined ? (
      <p class="muted">Loading…</p>
    ) : (
      <div class="empty">
        <strong>There is no session {plain(id)}</strong>
        It was removed, or its host does not answer. <a href="#/">All sessions</a>
      </div>
    );
  const here = tabs.some(([path]) => path === tab) ? tab : "talk";
  return (
    <>
      <Head session={session} />
      <Notices session={session} withAsked={here !== "talk"} />
      <nav class="tabs" aria-label="Parts of the session">
        {tabs.map(([path, label]) => (
          <a href={to("session", id, path)} aria-current={path === here ? "page" : undefined} data-tab>
            {label}
          </a>
        ))}
      </nav>
      {here === "talk" ? <Talk session={session} /> : null}
      {here === "diff" ? <DiffTab session={session} /> : null}
      {here === "logs" ? <Logs session={session} /> : null}
      {here === "events" ? <EventList session={id} /> : null}
      {here === "artifacts" ? <Artifacts session={session} /> : null}
      {here === "about" ? <About session={session} /> : null}
    </>
  );
}

function Head({ session }: { session: Session }): JSX.Element {
  const { name, project = "", host = "local", branch, agentState, run } = session;
  return (
    <header class="page-head">
      <div class="session-head">
        <div class="crumbs">
          <a href="#/">Now</a>
          <span aria-hidden="true">/</span>
          <span>{plain(project)}</span>
          {host === "local" ? null : <span>on {plain(host)}</span>}
        </div>
        <h1>{plain(name)}</h1>
        <div class="facts">
          <StatePill session={session} />
          {agentState === undefined || agentState.state === "none" ? null : (
            <span>
              for <Since at={agentState.since} />
            </span>
          )}
          {branch === undefined || branch === null ? null : <span class="mono">{plain(branch)}</span>}
          <Work session={session} />
          {run === undefined ? null : (
            <span>
              run {run.n} <RunPill run={run} />
            </span>
          )}
          {run === undefined || run.cost === 0 ? null : (
            <span>
              {money(run.cost)}
              {run.tokens.output > 0 ? ` · ${count(run.tokens.input + run.tokens.output)} tokens` : ""}
            </span>
          )}
        </div>
      </div>
      <Actions session={session} />
    </header>
  );
}

/** What is asked, and what is being done. */
function Notices({ session, withAsked }: { session: Session; withAsked: boolean }): JSX.Element {
  const work = workOn(keyOf(session));
  const step = work?.events.findLast(({ type }) => type === "progress");
  return (
    <>
      {withAsked ? <AskedNotice session={session} /> : null}
      {work === undefined ? null : (
        <div class="notice busy" role="status">
          <p>
            {describe(work)}…{step?.type === "progress" ? ` ${step.data.step} ${plain(step.data.detail ?? "")}` : ""}
          </p>
        </div>
      )}
      {session.error === undefined ? null : (
        <div class="trouble" role="alert">
          <p>{plain(session.error.message)}</p>
          {session.error.hint === undefined ? null : <p>Next: {plain(session.error.hint)}</p>}
        </div>
      )}
    </>
  );
}
