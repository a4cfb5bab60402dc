import { join } from "node:path";
import type { MergeItem, MergeRequest, MergeView } from "../../contract/merging/merge.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { removeTree } from "../../system/files/tree.ts";
import { plain } from "../../system/text.ts";
import { buildCandidate, isPart, treeOf, type Candidate, type Taken } from "./candidate.ts";
import { checkOut } from "./check-out.ts";
import { countCollisions } from "./count-collisions.ts";
import { describeItems } from "./describe-items.ts";
import { landCommit } from "./land.ts";
import type { MergeParts } from "./parts.ts";
import { orderQueue } from "./plan-order.ts";
import { runQueue, type QueueEffects } from "./run-queue.ts";
import { openScratch, targetTip, type Scratch } from "./scratch.ts";
import { stackedOn } from "./stacked.ts";
import { mergeFolder, type MergeState } from "./state-file.ts";
import { takeSession, uncommittedIn } from "./take.ts";

/** How often a target that moves on is followed. */
const most = 3;

/**
 * Merges sessions into a branch of the project: those that merge and pass the tests land, the others are named. The commit that was
 * tested is the one that lands.
 * @throws WORK_UNCOMMITTED before anything else, REF_NOT_FOUND, GIT_FAILED, BRANCH_DIVERGED if the target moves on all the time
 */
export async function mergeSessions(
  ctx: Context,
  place: { key: string; state: MergeState },
  request: MergeRequest,
  parts: MergeParts,
): Promise<MergeView> {
  const { state } = place;
  const scratchFolder = join(mergeFolder(ctx, place.key), "scratch");
  try {
    for (let attempt = 1; ; attempt += 1) {
      const isOver = await attemptMerge(ctx, { state, scratchFolder }, request, parts);
      if (isOver) return state.view;
      if (attempt === most)
        throw new CoworkError("BRANCH_DIVERGED", `${plain(request.into)} moved on ${most} times while it was merged.`, {
          hint: "run the same command again",
        });
      await step(ctx, state, `${request.into} has moved on: starting over from there`);
    }
  } finally {
    await removeTree(scratchFolder).catch((error: unknown) => ctx.log(`merge: ${String(error)}`));
  }
}

interface Place {
  state: MergeState;
  scratchFolder: string;
}

/** @returns false if the target has moved on meanwhile */
async function attemptMerge(ctx: Context, place: Place, request: MergeRequest, parts: MergeParts): Promise<boolean> {
  const { state } = place;
  await step(ctx, state, "reading the sessions");
  const target = await targetTip(ctx, parts.source, request.into);
  const scratch = await openScratch(ctx, parts.source, place.scratchFolder, target);
  const { taken, starts } = await takeAll(ctx, { scratch, state }, request, parts);
  const isKnown = await Promise.all(taken.map(async ({ commit }) => await isPart(scratch, commit, target)));
  const fresh = taken.filter((_, n) => isKnown[n] !== true);
  const onTop = await stackedOn(scratch, target, fresh, starts);
  const counts = request.keepOrder ? new Map<string, number>() : await countCollisions(ctx, scratch, fresh);
  const order = orderQueue(
    fresh.map(({ name }) => {
      const collisions = counts.get(name);
      return { name, onTop: onTop.get(name) ?? [], ...(collisions === undefined ? {} : { collisions }) };
    }),
    { keep: request.keepOrder },
  );
  const byName = new Map(fresh.map((one) => [one.name, one]));
  const options = { squash: request.squash, identity: parts.identity, into: request.into };
  const build = async (base: string, names: readonly string[]): Promise<Candidate> => {
    const items = names.flatMap((name) => byName.get(name) ?? []);
    return await buildCandidate(scratch, base, items, options);
  };
  const outputs = new Map<number, string>();
  const describe = describeItems({
    items: state.view.items,
    taken,
    unchanged: taken.filter((one) => !fresh.includes(one)),
  });
  const test = tester(ctx, { state, scratch, outputs }, request, parts);
  const queued = await runQueue(
    order,
    { commit: target, tree: await treeOf(scratch, target) },
    { build, test, changed: async (now) => await state.update({ items: describe(now) }) },
    { oneByOne: request.oneByOne },
  );
  let items = describe(queued.state);
  let done = { commit: queued.base, tree: queued.tree };
  const { agent } = parts;
  if (agent !== undefined && items.some((item) => item.state === "conflicted")) {
    const { resolveAll } = await import("./resolve-all.ts");
    const first = queued.state.tries + 1;
    const run = { scratch, byName, test, command: request.test, options, parts: { ...parts, agent }, first };
    ({ items, done } = await resolveAll(ctx, { items, done }, run));
  }
  items = await nameOthers(scratch, target, { items, byName });
  if (done.commit !== target) {
    await step(ctx, state, `landing in ${request.into}`);
    const { into, ff } = request;
    const tested = request.test !== undefined;
    const landing = { scratch, source: parts.source, into, id: state.view.id, ff, tested };
    const landed = await landCommit(ctx, landing, done);
    if (landed === "moved-on") return false;
    const { result, note } = landed;
    await state.update({ result, notes: note === undefined ? state.view.notes : [...state.view.notes, note] });
  }
  items = await withOutputs(parts, { items, outputs, culprits: queued.state.culprits });
  await state.update({ items, ...(queued.state.targetRed ? { targetRed: true } : {}) });
  return true;
}

/** Takes every session's commit. A session with work that is not committed keeps all of them from being merged. */
async function takeAll(
  ctx: Context,
  { scratch, state }: { scratch: Scratch; state: MergeState },
  { uncommitted }: MergeRequest,
  parts: MergeParts,
): Promise<{ taken: Taken[]; starts: Map<string, string> }> {
  const taken: Taken[] = [];
  const starts = new Map<string, string>();
  const refused: { name: string; why: string }[] = [];
  for (const [n, { session }] of state.view.items.entries()) {
    await parts.withClone(session, async (clone) => {
      const left = await uncommittedIn(clone);
      if (left !== undefined && (!uncommitted || left.inProgress)) refused.push({ name: session, why: left.why });
      else taken.push(await takeSession(ctx, { scratch, source: parts.source }, clone, { n, uncommitted }));
      starts.set(session, clone.start);
    });
  }
  if (refused.length > 0) throw notCommitted(refused);
  return { taken, starts };
}

function notCommitted(refused: readonly { name: string; why: string }[]): CoworkError {
  const [first] = refused;
  const list = refused.map(({ name, why }) => `${plain(name)}: ${why}`).join("; ");
  return new CoworkError("WORK_UNCOMMITTED", `Not everything is committed: ${list}.`, {
    hint: steps`commit it there: ${ownCommand("connect", first?.name ?? "<session>")}; or run the same command again with --uncommitted`,
  });
}

/** Runs the tests on a candidate, unless they passed with the same tree before. */
function tester(
  ctx: Context,
  { state, scratch, outputs }: { state: MergeState; scratch: Scratch; outputs: Map<number, string> },
  { test, into }: MergeRequest,
  parts: MergeParts,
): QueueEffects["test"] {
  return async (candidate, run) => {
    if (test === undefined || state.hasPassed(candidate.tree)) return true;
    const names = candidate.merged.map((name) => plain(name)).join(", ");
    await step(ctx, state, `testing ${into} with ${names === "" ? "no session" : names}`);
    await parts.tests.withClone(async (inside) => await checkOut(ctx, scratch, inside, candidate));
    const { code, output } = await parts.tests.run(test);
    await state.update({ testRuns: state.view.testRuns + 1 });
    if (code === 0) await state.passed(candidate.tree);
    else outputs.set(run, output);
    await step(
      ctx,
      state,
      `the tests ${code === 0 ? "pass" : `fail (exit code ${code})`} with ${names === "" ? into : names}`,
    );
    return code === 0;
  };
}

async function step(ctx: Context, state: MergeState, text: string): Promise<void> {
  await state.update({ step: text });
  ctx.report({ session: "", step: "plan", state: "note", detail: text });
}

/** Adds to each conflict the sessions that changed the same paths. */
async function nameOthers(
  scratch: Scratch,
  target: string,
  { items, byName }: { items: readonly MergeItem[]; byName: ReadonlyMap<string, Taken> },
): Promise<MergeItem[]> {
  const landed = items.filter(({ state }) => state === "landed").map(({ session }) => session);
  const changed = new Map<string, Set<string>>();
  if (items.some(({ state }) => state === "conflicted")) {
    for (const name of landed) {
      const args = ["diff", "--name-only", "-z", "--no-renames", `${target}...${byName.get(name)?.commit ?? target}`];
      changed.set(name, new Set((await scratch.git(args)).stdout.split("\0")));
    }
  }
  return items.map((item) => {
    if (item.state !== "conflicted") return item;
    const others = landed.filter((name) => item.paths?.some((path) => changed.get(name)?.has(path)));
    return others.length === 0 ? item : { ...item, with: others };
  });
}

const tailLines = 20;

async function withOutputs(
  parts: MergeParts,
  found: {
    items: readonly MergeItem[];
    outputs: ReadonlyMap<number, string>;
    culprits: readonly { name: string; run: number }[];
  },
): Promise<MergeItem[]> {
  return await Promise.all(
    found.items.map(async (item) => {
      const culprit = found.culprits.find(({ name }) => name === item.session);
      const output = culprit === undefined ? undefined : found.outputs.get(culprit.run);
      if (item.state !== "failed" || output === undefined) return item;
      const file = await parts.leaveOutput(item.session, output).catch(() => undefined);
      const tail = output.trimEnd().split("\n").slice(-tailLines).join("\n").slice(-4000);
      return { ...item, output: tail, ...(file === undefined ? {} : { file }) };
    }),
  );
}
