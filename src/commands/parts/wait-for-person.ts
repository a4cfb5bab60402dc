import type { StartedRun } from "../../app/work/start-runs.ts";
import type { App } from "../process/app.ts";

/**
 * Returns what to do while a run waits for a person: says so once for each question. One at a time, also with several runs.
 */
export function createWaiting(app: App): (started: StartedRun) => Promise<void> {
  const told = new Set<string>();
  return async ({ run }) => {
    if (told.has(run.id)) return;
    told.add(run.id);
    if (!app.globals.json) app.terminal.err(`  ${run.id} waits for you. Next: cowork approvals`);
  };
}
