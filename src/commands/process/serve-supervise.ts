import type { Context } from "../../system/context.ts";
import { keepMemorySmall, withoutOptimizing } from "./small-memory.ts";

/**
 * `cowork __host supervise <folder>`: the job that supervises a run, which may take days. There is one such process for each run, so it
 * loads nothing that only other jobs need.
 */
export async function serveSupervise(ctx: Context, folder: string): Promise<void> {
  keepMemorySmall();
  withoutOptimizing();
  const [{ runJobProcess }, { workCalls }, { superviseRun }, { withNotifier }] = await Promise.all([
    import("../../jobs/job-process.ts"),
    import("../../contract/work/calls.ts"),
    import("../../session/work/supervise-run.ts"),
    import("../../app/notify/beside-run.ts"),
  ]);
  await runJobProcess(ctx, folder, async (own, { args }) => {
    const [run] = workCalls.runSupervise.input.parse(args);
    return await withNotifier(own, async () => await superviseRun(own, run));
  });
}
