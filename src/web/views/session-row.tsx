import type { JSX } from "preact";
import { StatePill } from "../parts/state-pill.tsx";
import { Since } from "../parts/time.tsx";
import { Work } from "../parts/work.tsx";
import { approvals } from "../state/approvals.ts";
import { to } from "../state/router.ts";
import { hasSeveralAgents, keyOf, type Session } from "../state/sessions.ts";
import { money } from "../text/units.ts";
import { plain } from "../text/visible.ts";

/** One session of the list. The whole row is a link to it. */
export function SessionRow(props: { session: Session; isWaiting: boolean }): JSX.Element {
  const { session, isWaiting } = props;
  const { name, project, host = "local", agent, state, agentState, run } = session;
  const where = [project, host === "local" ? undefined : host, hasSeveralAgents.value ? agent : undefined]
    .filter((part) => part !== undefined)
    .map(plain);
  return (
    <li class={`row ${state === "unreachable" ? "away" : ""}`}>
      <div class="row-name">
        <a href={to("session", keyOf(session))} data-row>
          {plain(name)}
        </a>
        <div class="row-where">{where.join(" · ")}</div>
        {isWaiting ? (
          <div class="row-extra">
            <Work session={session} />
            <span>{run?.unpriced === true ? "–" : money(run?.cost ?? 0)}</span>
          </div>
        ) : null}
      </div>
      <div class="row-state">
        <StatePill session={session} />
        {agentState === undefined || agentState.state === "none" ? null : <Since at={agentState.since} />}
      </div>
      {isWaiting ? (
        <Asked session={session} />
      ) : (
        <>
          <div class="row-doing">{doing(session)}</div>
          <Work session={session} />
          <div class="row-cost number">{run?.unpriced === true ? "–" : money(run?.cost ?? 0)}</div>
        </>
      )}
    </li>
  );
}

/** What it does now, or why it does not. */
function doing({ agentState, run, error }: Session): string {
  if (error !== undefined) return plain(error.message);
  const isActive = run?.state === "running" || run?.state === "waiting" || run?.state === "created";
  const detail = agentState?.detail ?? (isActive ? run.detail : undefined);
  const about = isActive || run?.state === "failed" ? run.title : run?.result;
  return [about, detail]
    .filter((text) => text !== undefined && text !== "")
    .map((text) => plain(text ?? ""))
    .join(" — ");
}

/** The first lines of what a session asks, and the way to the whole. */
function Asked({ session }: { session: Session }): JSX.Element {
  const asked = approvals.value?.find(({ sessionId, host }) => sessionId === session.id && host === session.host);
  const text = asked === undefined ? (session.agentState?.detail ?? "") : `${asked.tool}: ${asked.text}`;
  return (
    <>
      <div class="row-doing asked">{plain(text.slice(0, 300))}</div>
      {asked === undefined ? (
        <span />
      ) : (
        <a class="button primary" href={to("approvals", `${asked.id}@${asked.host}`)}>
          Review
        </a>
      )}
    </>
  );
}
