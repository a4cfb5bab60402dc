import { planDevcontainer } from "../../devcontainer/plan.ts";
import { commitSource } from "../../devcontainer/source/source-commit.ts";
import type { ConfigSource, DevcontainerPlan } from "../../devcontainer/types.ts";
import type { StartPoint } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { checkHome } from "./check-home.ts";
import { mayCome } from "./carry-in.ts";
import { recordedAgent, refuseOther } from "../record/agent.ts";
import { checkFree } from "../record/identity.ts";
import { checkSessionName, sessionId } from "../record/names.ts";
import type { SessionRecord } from "../record/record.ts";
import { readRecords } from "../record/records.ts";
import { askForAgentSettings, type AgentAgreement } from "./repository-agent.ts";
import { agree } from "./trust.ts";
import type { InitPlan, InitRequest } from "../types.ts";

/** The configuration of one commit: sessions that start from the same commit share it. */
export interface CommitPlan {
  source: ConfigSource;
  plan: DevcontainerPlan;
  /** what the repository asks of the agent; set when the user was asked */
  agent?: AgentAgreement;
}

export interface SessionsPlan {
  view: InitPlan;
  /** each session's start, by name; for an existing session its original one, whatever the project has checked out now */
  starts: Map<string, StartPoint>;
  /** by commit; without those of sessions whose dev container is configured already */
  commits: Map<string, CommitPlan>;
}

/**
 * Works out what `init` would do, without doing any of it: names and ids are checked against what exists, the dev container
 * configuration is found and judged, once per start commit.
 * @throws USAGE for another agent than that of a session, SESSION_NAME_INVALID, SESSION_EXISTS, PROJECT_NAME_TAKEN, DEVCONTAINER_INVALID, DEVCONTAINER_AMBIGUOUS
 */
export async function planSessions(ctx: Context, request: InitRequest): Promise<SessionsPlan> {
  const { project, sessions, source } = request;
  checkHome(ctx.paths.home);
  const names = sessions.map(({ name }) => name);
  for (const name of names) checkSessionName(name);
  const entries = await readRecords(ctx);
  await checkFree(project, names, entries);
  const records = new Map(entries.flatMap((entry) => ("record" in entry ? [[entry.id, entry.record]] : [])));
  const starts = new Map<string, StartPoint>();
  const commits: SessionsPlan["commits"] = new Map();
  for (const { name, start: wanted } of sessions) {
    const record = records.get(sessionId(project.name, name));
    if (record !== undefined) refuseOther(record, request.options.agent);
    const start = record?.start ?? wanted;
    starts.set(name, start);
    if (record?.devcontainer !== undefined || commits.has(start.commit)) continue;
    const tree = commitSource(ctx, source.gitDir, start.commit);
    const { configName, within, uncommitted } = request.options;
    const plan = await planDevcontainer(ctx, tree, {
      ...(configName === undefined ? {} : { configName }),
      ...(within === undefined ? {} : { within }),
      ...(uncommitted === undefined ? {} : { uncommitted }),
      settings: request.settings,
      mayCome: mayCome(request.carry),
    });
    checkHome(ctx.paths.home, plan.kind);
    commits.set(start.commit, { source: tree, plan });
  }
  const view = {
    sessions: sessions.map(({ name }) => planView(ctx, request, name, { starts, records })),
    devcontainers: [...commits.values()].map(({ plan }) => plan).map(configView),
  };
  return { view, starts, commits };
}

/** Reports the notes of each distinct configuration of the plan, and asks for agreement, before anything is made. */
export async function agreeToPlan(ctx: Context, request: InitRequest, plan: SessionsPlan): Promise<void> {
  const notes = new Set([...plan.commits.values()].flatMap(({ plan: one }) => one.notes ?? []));
  if (notes.size > 0) ctx.report({ session: "", step: "plan", state: "done", detail: [...notes].join("; ") });
  const asked = new Set<string>();
  for (const { plan: one } of plan.commits.values()) {
    if (asked.has(one.trustHash)) continue;
    asked.add(one.trustHash);
    await agree(ctx, request.project, { findings: one.findings, hash: one.trustHash });
  }
  for (const commit of plan.commits.values())
    commit.agent = await askForAgentSettings(
      ctx,
      request.project,
      recordedAgent(request.settings).agent,
      commit.source,
    );
}

function planView(
  ctx: Context,
  { project, settings }: Pick<InitRequest, "project" | "settings">,
  name: string,
  { starts, records }: { starts: SessionsPlan["starts"]; records: ReadonlyMap<string, SessionRecord> },
): InitPlan["sessions"][number] {
  const id = sessionId(project.name, name);
  const { branch = "", commit = "" } = starts.get(name) ?? {};
  const { agent } = records.get(id) ?? recordedAgent(settings);
  return { id, name, branch, commit, path: ctx.paths.clone(id), agent, exists: records.has(id) };
}

function configView(plan: DevcontainerPlan): InitPlan["devcontainers"][number] {
  const { kind, path, notes = [], changes, findings, trustHash } = plan;
  return { kind, path, notes, changes, findings, trustHash };
}
