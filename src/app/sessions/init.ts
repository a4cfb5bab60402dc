import { usageError } from "../../errors.ts";
import type { Project } from "../../project/types.ts";
import type { InitPlan, InitRequest, Outcome } from "../../session/types.ts";
import { onHosts, openHost, type HostGroup } from "../hosts.ts";
import { groupRequest, initNames, makeRequest, projectNotes, type InitOptions } from "./init-request.ts";
import { nearOwnSession } from "../find/near-session.ts";
import { emitNote, emitStates } from "./outcomes.ts";
import { rememberSessions } from "./remember-sessions.ts";
import type { Scope } from "../scope.ts";

/** Creates sessions, or finishes ones that were interrupted. */
export async function initSessions(scope: Scope, options: InitOptions): Promise<Outcome[]> {
  const { project, groups } = await prepare(scope, options);
  const reported: Outcome[] = [];
  const outcomes = await onHosts(scope, groups, async (host, group) => {
    const answer = await host.init(group.request);
    reported.push(...answer);
    return answer;
  });
  await rememberSessions(scope.ctx, project, reported);
  return emitStates(scope, outcomes);
}

/** Returns what `initSessions` would do. */
export async function planInit(scope: Scope, options: InitOptions): Promise<InitPlan> {
  const { groups } = await prepare(scope, options);
  const plans = groups.map(async ({ host, request }) => (await openHost(scope, host)).planInit(request));
  return joinPlans(await Promise.all(plans));
}

async function prepare(
  scope: Scope,
  options: InitOptions,
): Promise<{ project: Project; groups: (HostGroup & { request: InitRequest })[] }> {
  const project = await scope.project();
  for (const note of projectNotes(project)) emitNote(scope, note);
  const names = await initNames(scope, project, options.names);
  if (options.branch !== undefined && names.length > 1) {
    throw usageError("--branch can only be used with one session.", "cowork init <session> --branch NAME");
  }
  for (const name of options.names) {
    const near = await nearOwnSession(scope, name);
    if (near !== undefined) emitNote(scope, `${name} is a new session; ${near} exists too`);
  }
  const request = await makeRequest(scope, project, names, options);
  return { project, groups: await groupRequest(scope, request) };
}

/** Joins the plans of several hosts; a configuration that is the same on two hosts is listed once. */
function joinPlans(plans: readonly InitPlan[]): InitPlan {
  const devcontainers = new Map(plans.flatMap((plan) => plan.devcontainers.map((one) => [one.trustHash, one])));
  return { sessions: plans.flatMap(({ sessions }) => sessions), devcontainers: [...devcontainers.values()] };
}
