import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { Found } from "../ask-clones.ts";
import type { Seen } from "../cache/tips.ts";
import type { FindLineage } from "../judge/lineage.ts";
import { keyOf, type Clone, type Target } from "../parties.ts";
import type { Commits } from "../scratch/commits.ts";
import type { Scratch } from "../scratch/scratch-git.ts";
import { judgeMerged, type Merged, type MergedRequest } from "./judge-merged.ts";

type Trees = Pick<Commits, "trees">;

/** What answers are for. */
export const mergedInto = ({ tips }: Target): string => tips.join(" ");

/** Whether each session is merged. The answer is kept with the commits that it is for. */
export async function mergedOf(
  ctx: Context,
  scratch: Scratch,
  { clones, target }: { clones: readonly Clone[]; target: Target },
  { found, lineages, trees }: { found: ReadonlyMap<string, Found>; lineages: () => Promise<FindLineage> } & Trees,
): Promise<Map<string, Merged>> {
  const merged = new Map<string, Merged>();
  const of = mergedInto(target);
  const isOpen = [...found.values()].some((seen) => seen.reason === undefined && seen.merged?.of !== of);
  const lineageOf = isOpen ? await lineages() : undefined;
  const baseOf = (tip: string): string | undefined => {
    const bases = [...(lineageOf?.(tip)?.bases ?? [])];
    return bases.length === 1 ? bases[0] : undefined;
  };
  for (const clone of clones) {
    const seen = found.get(keyOf(clone));
    if (seen?.tip === undefined || seen.reason !== undefined || seen.during !== undefined) continue;
    try {
      const answer =
        seen.merged?.of === of ? seen.merged : await wholeWork(ctx, scratch, seen, { target, trees, baseOf });
      const { state, how } = answer;
      const view = { state, ...(how === undefined ? {} : { how }) };
      seen.merged = { of, ...view };
      merged.set(keyOf(clone), view);
    } catch (error) {
      // Not knowing is not merged.
      ctx.signal.throwIfAborted();
      ctx.log(`${clone.id}: ${toCoworkError(error).message}`);
    }
  }
  return merged;
}

/** What is committed has to be there as well as what is not: the working tree may take back what is committed. */
async function wholeWork(
  ctx: Context,
  scratch: Scratch,
  { tip = "", head, start }: Seen,
  { target, baseOf, trees }: { target: Target; baseOf: (tip: string) => string | undefined } & Trees,
): Promise<Merged> {
  const answer = await inAny(ctx, scratch, { tip, start, base: baseOf(tip), trees }, target);
  if (answer.state !== "merged" || head === undefined || head === tip) return answer;
  const committed = await inAny(ctx, scratch, { tip: head, start, base: baseOf(head), trees }, target);
  return committed.state === "merged" || committed.state === "nothing" ? answer : { state: "not merged" };
}

/** In the project's branch, or in its upstream, which may be ahead. */
async function inAny(
  ctx: Context,
  scratch: Scratch,
  work: Omit<MergedRequest, "target">,
  { tips }: Target,
): Promise<Merged> {
  let first: Merged | undefined;
  for (const target of tips) {
    const answer = await judgeMerged(ctx, scratch, { ...work, target });
    if (answer.state !== "not merged") return answer;
    first ??= answer;
  }
  return first ?? { state: "not merged" };
}
