import { randomBytes } from "node:crypto";
import { mergeRequest, type MergeItem, type MergeRequest, type MergeView } from "../../contract/merging/merge.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import type { JobRequest } from "../../jobs/job-files.ts";
import { mergeSessions } from "../../merging/queue/merge.ts";
import { openMergeState, type MergeState } from "../../merging/queue/state-file.ts";
import type { Context } from "../../system/context.ts";
import { findSession } from "../find/find-sessions.ts";
import type { HostMakers } from "../host-makers.ts";
import { groupByHost } from "../hosts.ts";
import { openScope, type Scope } from "../scope.ts";
import { agentOfTarget, requireKnownAgent } from "../work/agent-choice.ts";
import { requireLogin } from "../work/require-login.ts";
import { lookAtLanded } from "./look-at-landed.ts";
import { mergeKey } from "./merge-key.ts";
import { mergeParts } from "./merge-parts.ts";
import { mergeSession } from "./merge-session.ts";

/** The work of a merge's own process. @returns what `merge --json` prints */
export async function mergeWork(
  ctx: Context,
  { args }: JobRequest,
  process: { cpus: number; makers: HostMakers },
): Promise<MergeView> {
  const found = mergeRequest.safeParse(args[0]);
  if (!found.success) throw new CoworkError("REQUEST_INVALID", "The request of the merge cannot be read.");
  const request = found.data;
  const opened = openScope(ctx, {
    folder: request.folder,
    onlyHost: request.onlyHost,
    cpus: process.cpus,
    makers: process.makers,
    tell: (event) => {
      if (event.type === "note")
        ctx.report({ session: event.session, step: "plan", state: "note", detail: event.data.text });
    },
  });
  try {
    return await work(opened.scope, request);
  } finally {
    opened.close();
  }
}

async function work(scope: Scope, request: MergeRequest): Promise<MergeView> {
  const { ctx } = scope;
  const project = await scope.project();
  // Before anything is made: an agent without a login cannot resolve anything.
  if (request.resolve === "agent") await requireAgent(scope);
  const key = mergeKey(project, request.into);
  const state = await openMergeState(ctx, key, fresh(ctx, project.facts.name, request, await itemsOf(scope, request)));
  const own = mergeSession(scope, state, request);
  try {
    await mergeSessions(ctx, { key, state }, request, await mergeParts(scope, state, request, own));
    await own.remove();
    await lookAtLanded(scope, state.view);
    await state.update({ state: "done", endedAt: ctx.clock.now().toISOString() });
    return state.view;
  } catch (error) {
    await recordFailure(ctx, state, error, async () => await own.remove());
    throw error;
  }
}

/** An interrupted merge keeps its session for the next one, which goes on from there. */
async function recordFailure(
  ctx: Context,
  state: MergeState,
  error: unknown,
  remove: () => Promise<void>,
): Promise<void> {
  const known = toCoworkError(error);
  if (known.code === "INTERRUPTED") return await state.update({ state: "interrupted" });
  await remove().catch((cause: unknown) => ctx.log(`merge: ${String(cause)}`));
  await state.update({ state: "failed", error: known.toView(), endedAt: ctx.clock.now().toISOString() });
}

async function itemsOf(scope: Scope, { sessions }: MergeRequest): Promise<MergeItem[]> {
  const items: MergeItem[] = [];
  for (const word of sessions) {
    const { scope: its, selector } = await findSession(scope, word, "merge");
    const [group] = await groupByHost(its, selector);
    items.push({ session: selector.names[0], host: group?.host ?? "local", state: "waiting" });
  }
  return items;
}

function fresh(ctx: Context, project: string, { into, test }: MergeRequest, items: MergeItem[]): MergeView {
  return {
    id: randomBytes(3).toString("hex"),
    project,
    into,
    state: "running",
    startedAt: ctx.clock.now().toISOString(),
    testRuns: 0,
    items,
    notes: [],
    ...(test === undefined ? {} : { test }),
  };
}

/** The session that resolves conflicts is a new one. @throws NOT_LOGGED_IN, AGENT_UNAVAILABLE for a program of `AGENT_COMMAND` */
async function requireAgent(scope: Scope): Promise<void> {
  const settings = await scope.settings();
  const made = { name: "that merges" };
  requireKnownAgent(made, settings);
  await requireLogin(await scope.host(), agentOfTarget(made, settings), settings.agent);
}
