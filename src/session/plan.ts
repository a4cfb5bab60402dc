import { planDevcontainer } from "../devcontainer/plan.ts";
import { commitSource } from "../devcontainer/source-commit.ts";
import type { ConfigSource, DevcontainerPlan } from "../devcontainer/types.ts";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { checkFree } from "./identity.ts";
import { checkSessionName, sessionId } from "./names.ts";
import { readRecords } from "./records.ts";
import { agree } from "./trust.ts";
import type { InitPlan, InitRequest } from "./types.ts";

/** Config of one commit: sessions that start from the same one share it. */
export interface CommitPlan {
  source: ConfigSource;
  plan: DevcontainerPlan;
}

export interface SessionsPlan {
  view: InitPlan;
  /** by commit */
  commits: Map<string, CommitPlan>;
}

/**
 * Works out what `init` would do, without doing any of it: names and ids checked against what exists, the dev container
 * configuration found and judged, once per start commit.
 * @throws SESSION_NAME_INVALID, SESSION_EXISTS, PROJECT_NAME_TAKEN, DEVCONTAINER_INVALID, DEVCONTAINER_AMBIGUOUS
 */
export async function planSessions(ctx: Context, request: InitRequest): Promise<SessionsPlan> {
  const { project, sessions, source } = request;
  checkHome(ctx.paths.home);
  const names = sessions.map(({ name }) => name);
  for (const name of names) checkSessionName(name);
  const entries = await readRecords(ctx);
  await checkFree(project, names, entries);
  const known = new Set(entries.map(({ id }) => id));

  const commits = new Map<string, CommitPlan>();
  for (const { start } of sessions) {
    if (commits.has(start.commit)) continue;
    const tree = commitSource(ctx, source.gitDir, start.commit);
    const plan = await planDevcontainer(ctx, tree, {
      ...(request.options.configName === undefined ? {} : { configName: request.options.configName }),
      settings: request.settings,
    });
    commits.set(start.commit, { source: tree, plan });
  }
  return { view: toView(ctx, request, commits, known), commits };
}

/** Asks about every distinct configuration of the plan, before anything is made. */
export async function agreeToPlan(ctx: Context, request: InitRequest, plan: SessionsPlan): Promise<void> {
  const asked = new Set<string>();
  for (const { plan: one } of plan.commits.values()) {
    if (asked.has(one.trustHash)) continue;
    asked.add(one.trustHash);
    await agree(ctx, request.project, { findings: one.findings, hash: one.trustHash });
  }
}

function toView(ctx: Context, request: InitRequest, commits: SessionsPlan["commits"], known: Set<string>): InitPlan {
  const plans = [...commits.values()].map(({ plan }) => plan);
  const [first] = plans;
  if (first === undefined)
    throw new CoworkError("USAGE", "No session was named.", { hint: "cowork init <name> [<name> …]" });
  return {
    sessions: request.sessions.map(({ name, start }) => {
      const id = sessionId(request.project.name, name);
      return { id, name, branch: start.branch, commit: start.commit, path: ctx.paths.clone(id), exists: known.has(id) };
    }),
    devcontainer: {
      kind: first.kind,
      path: first.path,
      changes: [...new Set(plans.flatMap(({ changes }) => changes))],
      findings: plans.flatMap(({ findings }) => findings),
      trustHash: first.trustHash,
    },
  };
}

/** A `=` in a label value makes `devcontainer up` hang for ever (facts), and the clone's path is a label. */
function checkHome(home: string): void {
  if (!home.includes("=")) return;
  throw new CoworkError("CONFIG_VALUE_INVALID", `COWORK_HOME must not contain "=": ${home}`, {
    hint: "set COWORK_HOME to a folder without it",
  });
}
