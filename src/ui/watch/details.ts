import { usualAgent } from "../../contract/usual-agent.ts";
import type { SessionView } from "../../session/types.ts";
import { plain } from "../../system/text.ts";
import { nowText } from "../agents/agent-state.ts";
import { sinceOf, stateOf } from "../sessions/sessions.ts";
import { ago } from "../terminal/units.ts";
import { truncate } from "../terminal/width.ts";
import type { Drawing } from "./types.ts";

/** Two lines about the selected session: what the table may have cut. */
export function detailLines(session: SessionView | undefined, { columns, style, now }: Drawing): [string, string] {
  if (session === undefined) return ["", ""];
  const { project, name, host, agent, branch, run, error } = session;
  const since = session.state === "running" ? ago(sinceOf(session), now) : "";
  const parts = [
    `${plain(project)}/${plain(name)}`,
    ...(host === "local" ? [] : [plain(host)]),
    plain(stateOf(session).text) + (since === "" ? "" : ` (${since})`),
    ...(agent === "" || agent === usualAgent ? [] : [plain(agent)]),
    ...(branch === null ? [] : [`branch ${plain(branch)}`]),
    ...(run === undefined ? [] : [`run ${plain(run.id)} ${run.state}`]),
  ];
  const what = error === undefined ? nowText(session) || plain(run?.title ?? "") : plain(error.message);
  return [style("dim", truncate(parts.join(" · "), columns)), truncate(`  ${what}`, columns)];
}
