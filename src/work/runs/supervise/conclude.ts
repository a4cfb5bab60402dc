import { join } from "node:path";
import type { RunView } from "../../../contract/work/run.ts";
import type { Context } from "../../../system/context.ts";
import { defined } from "../../../system/defined.ts";
import { writeFileAtomic } from "../../../system/files/files.ts";
import { finishArtifacts } from "../artifacts.ts";
import { describeChange, readCloneState, type CloneState } from "../clone-state.ts";
import { commitRest } from "../commit.ts";
import type { Judgement } from "../judge.ts";
import { releaseSpace } from "../reserve.ts";
import type { Opened } from "./open-run.ts";
import { quietly, tell } from "./supervised.ts";

/** Actions that must change nothing. */
export const readOnly: readonly string[] = ["analyze", "review"];

/** The commit that the run starts from, for its diff; with an action that changes nothing, everything. */
export async function recordStart(ctx: Context, run: Opened): Promise<CloneState> {
  const git = await run.session.git(ctx);
  const state = await readCloneState(git);
  await writeFileAtomic(join(ctx.paths.run(run.place.id, run.n), "start.json"), JSON.stringify({ head: state.head }), {
    mode: 0o600,
  });
  return state;
}

/** What follows the agent's end: an action that must change nothing is checked, and what is left is committed. */
export async function conclude(ctx: Context, run: Opened, judgement: Judgement, start: CloneState): Promise<Judgement> {
  const { request, report } = run;
  const git = await run.session.git(ctx);
  if (readOnly.includes(request.action)) {
    const change = describeChange(start, await readCloneState(git));
    if (change === undefined) return judgement;
    return { state: "failed", detail: `the run was to change nothing, but ${change} in the clone` };
  }
  if (request.commit === "off" || judgement.state === "failed" || judgement.reason === "crash") return judgement;
  const { title, id } = report.view;
  const trailer = `Cowork-Run: ${id}`;
  const { commit, problem } = await commitRest(git, { title, trailer, identity: run.session.identity });
  if (commit !== undefined) await report.set({ commit });
  return problem === undefined ? judgement : { ...judgement, detail: judgement.detail ?? problem };
}

/** Writes what the run leaves, and then how it ended. */
export async function finish(ctx: Context, run: Opened, judgement: Judgement): Promise<RunView> {
  const { report } = run;
  const { state, reason, detail } = judgement;
  const last = { reason, detail, until: undefined, queued: undefined, endedAt: ctx.clock.now().toISOString() };
  // The state comes last: who sees that the run has ended finds all of its files.
  await report.set({ workedMs: Math.round(run.time.ms), detail: "writing what the run left" });
  const artifacts = await finishArtifacts(ctx, run, { ...report.view, ...defined({ state, reason, detail }) });
  await quietly(ctx, async () => await releaseSpace(ctx, run.place.id, run.n));
  await tell(ctx, run, {
    type: "run.ended",
    data: defined({ state, reason, detail: detail ?? (reason === undefined ? state : `${state} (${reason})`) }),
  });
  await report.set({ ...last, artifacts, state });
  await report.finish();
  return report.view;
}
