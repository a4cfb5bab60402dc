import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import { scratchName } from "../scratch/scratch-name.ts";
import { readSummary, writeSummary } from "./summary.ts";

/**
 * Notes that the project has a session's commits now, so that `list` does not go on counting them until the next look.
 * @param pulled.key as `keyOf` names the session
 * @param pulled.files what was not committed was pulled, too
 * @throws BUSY if a look takes longer than a moment: that one finds it out itself
 */
export async function markPulled(
  ctx: Context,
  project: { name: string; root: string },
  { key, files }: { key: string; files: boolean },
): Promise<void> {
  if (readSummary(ctx, project)?.work?.[key] === undefined) return;
  const what = `the comparison of ${project.name}'s sessions`;
  await withLock(ctx, `conflicts-${scratchName(project)}`, { what, waitMs: 2_000 }, async () => {
    const summary = readSummary(ctx, project);
    const work = summary?.work?.[key];
    if (summary === undefined || work === undefined) return;
    const left = { ...work, commits: 0, files: files ? 0 : work.files };
    await writeSummary(ctx, project, { ...summary, work: { ...summary.work, [key]: left } });
  });
}
