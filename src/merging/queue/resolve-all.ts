import type { MergeItem } from "../../contract/merging/merge.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { commitMerge, mergeTrees, type CandidateOptions, type Taken } from "./candidate.ts";
import type { MergeParts } from "./parts.ts";
import { collectResolution, prepareConflict } from "./resolution.ts";
import { resolvePrompt, type Intent } from "./resolve-prompt.ts";
import type { QueueEffects } from "./run-queue.ts";
import type { Scratch } from "./scratch.ts";

export interface ResolveRun {
  scratch: Scratch;
  byName: ReadonlyMap<string, Taken>;
  test: QueueEffects["test"];
  /** the tests' command, for the agent */
  command: string | undefined;
  options: CandidateOptions;
  parts: Pick<MergeParts, "tests"> & { agent: NonNullable<MergeParts["agent"]> };
  /** number of the next try */
  first: number;
}

interface Done {
  commit: string;
  tree: string;
}

/**
 * Lets an agent resolve the conflicts, one after the other, on what has passed so far. A resolution counts if it keeps to the
 * conflicted files, leaves no mark, and the tests pass.
 */
export async function resolveAll(
  ctx: Context,
  found: { items: readonly MergeItem[]; done: Done },
  run: ResolveRun,
): Promise<{ items: MergeItem[]; done: Done }> {
  let { done } = found;
  const items: MergeItem[] = [];
  for (const [n, item] of found.items.entries()) {
    const taken = run.byName.get(item.session);
    if (item.state !== "conflicted" || taken === undefined) {
      items.push(item);
      continue;
    }
    const landed = [...found.items, ...items].filter(({ state }) => state === "landed").map(({ session }) => session);
    const resolved = await resolveOne(
      ctx,
      { item, taken, done, landed: [...new Set(landed)] },
      { ...run, first: run.first + n },
    );
    items.push(resolved.item);
    done = resolved.done ?? done;
  }
  return { items, done };
}

async function resolveOne(
  ctx: Context,
  { item, taken, done, landed }: { item: MergeItem; taken: Taken; done: Done; landed: readonly string[] },
  run: ResolveRun,
): Promise<{ item: MergeItem; done?: Done }> {
  const { scratch, options, parts } = run;
  const merged = await mergeTrees(scratch, done.commit, taken.commit);
  let resolvedBy: { resolvedBy?: string } = {};
  try {
    let { tree } = merged;
    if ("paths" in merged) {
      const conflict = { base: done, commit: taken.commit, paths: merged.paths, tree };
      await parts.tests.withClone(async (inside) => await prepareConflict(ctx, scratch, inside, conflict, options));
      const intents = {
        mine: await intentOf(run, taken, done.commit),
        others: await othersOf(run, landed, taken.commit),
      };
      const { into } = options;
      const prompt = resolvePrompt({ into, paths: merged.paths, ...intents, test: run.command });
      const answer = await parts.agent.run(prompt);
      resolvedBy = { resolvedBy: answer.run };
      if (!answer.ok) throw new CoworkError("CONFLICT", `The agent did not finish: ${answer.detail ?? "no reason"}.`);
      tree = await parts.tests.withClone(async (inside) => await collectResolution(ctx, scratch, inside, conflict));
    }
    const commit = await commitMerge(scratch, { tree, onto: done.commit, item: taken }, options);
    if (!(await run.test({ commit, tree, merged: [taken.name] }, run.first)))
      return { item: { ...item, ...resolvedBy, detail: "the tests fail with the resolution" } };
    const { paths: _, ...rest } = item;
    return { item: { ...rest, ...resolvedBy, state: "landed" }, done: { commit, tree } };
  } catch (error) {
    if (!(error instanceof CoworkError) || error.code !== "CONFLICT") throw error;
    return { item: { ...item, ...resolvedBy, detail: error.message } };
  }
}

async function intentOf(run: ResolveRun, { name, commit }: Taken, base: string): Promise<Intent> {
  const args = ["log", "--no-merges", "--format=%s", "--max-count=20", commit, `^${base}`];
  const { stdout } = await run.scratch.git(args, { maxOutput: 1 << 20 });
  const commits = stdout.split("\n").flatMap((line) => (line === "" ? [] : [plain(line).slice(0, 200)]));
  return { session: name, task: await run.parts.agent.task(name), commits };
}

async function othersOf(run: ResolveRun, landed: readonly string[], commit: string): Promise<Intent[]> {
  const others = landed.flatMap((name) => run.byName.get(name) ?? []);
  return await Promise.all(others.map(async (taken) => await intentOf(run, taken, commit)));
}
