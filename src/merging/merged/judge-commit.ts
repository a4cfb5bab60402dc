import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import type { LookRequest } from "../look.ts";
import { openScratch } from "../scratch/open-scratch.ts";
import { scratchName } from "../scratch/scratch-name.ts";
import { judgeMerged } from "./judge-merged.ts";

/**
 * Whether what a commit of the project adds is in the project's branch or its upstream, and is still there.
 * @throws GIT_FAILED, TIMEOUT, BUSY
 */
export async function isCommitMerged(
  ctx: Context,
  { project, source, target }: Pick<LookRequest, "project" | "source" | "target">,
  commit: string,
): Promise<boolean> {
  const name = scratchName(project);
  return await withLock(ctx, `conflicts-${name}`, { what: "the comparison of sessions", waitMs: 120_000 }, async () => {
    const scratch = await openScratch(ctx, { name, source, target: target.tips[0] });
    for (const tip of target.tips) {
      const { state } = await judgeMerged(ctx, scratch, { tip: commit, target: tip });
      if (state === "merged") return true;
    }
    return false;
  });
}
