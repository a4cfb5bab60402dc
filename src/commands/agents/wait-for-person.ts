import type { StartedRun } from "../../app/work/start-runs.ts";
import type { App } from "../process/app.ts";

/**
 * Returns what to do while a run waits for a person: on a terminal its questions are asked, one at a time, also with several runs;
 * elsewhere one line says so. A question that was skipped is not asked again.
 */
export function createWaiting(app: App): (started: StartedRun) => Promise<void> {
  const shown = new Set<string>();
  const asked = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  const ask = async ({ target }: StartedRun): Promise<void> => {
    const { askApprovals } = await import("./ask-approvals.ts");
    await askApprovals(app, async () => {
      const open = (await target.host.approvals(target.selector)).filter(({ digest }) => !asked.has(digest));
      // It is the one that is asked next.
      if (open[0] !== undefined) asked.add(open[0].digest);
      return open;
    });
  };
  return async (started) => {
    if (app.terminal.canAsk && !app.globals.json) {
      last = last.then(async () => await ask(started));
      await last;
      return;
    }
    if (shown.has(started.run.id)) return;
    shown.add(started.run.id);
    if (!app.globals.json) app.terminal.err(`  ${started.run.id} waits for you. Next: cowork approvals`);
  };
}
