import { requireCompleted, followRun } from "../../app/work/follow-run.ts";
import type { StartedRun } from "../../app/work/start-runs.ts";
import type { RunView } from "../../contract/work/run.ts";
import { plain } from "../../system/text.ts";
import { runLine } from "../../ui/agents/runs.ts";
import type { App } from "../process/app.ts";

/** Prints the ids of runs that were started, and what to do next. Returns the exit code. */
export function showStarted(app: App, started: readonly StartedRun[]): number {
  const runs = started.map(({ run }) => run);
  if (app.globals.json) return app.json(runs.length === 1 ? { run: runs[0] } : { runs });
  for (const run of runs) app.terminal.out(plain(run.id));
  const [first] = runs;
  if (first !== undefined) {
    app.terminal.err(`  Next: cowork logs ${plain(first.id)} -f`);
    app.terminal.err(`        cowork wait ${runs.map(({ session }) => plain(session)).join(" ")}`);
  }
  return 0;
}

/**
 * Follows runs to their end, with a line for each change. On a terminal the agents' questions are asked here.
 * @throws RUN_FAILED if one did not complete
 */
export async function waitForRuns(app: App, started: readonly StartedRun[]): Promise<number> {
  const { createWaiting } = await import("./wait-for-person.ts");
  const waiting = createWaiting(app);
  const tell = (run: RunView): void => {
    if (!app.globals.json) app.terminal.err(runLine(run));
  };
  const ended = await Promise.all(
    started.map(async (one) => {
      tell(one.run);
      return await followRun(one, { onChange: tell, onWaiting: async () => await waiting(one) });
    }),
  );
  if (app.globals.json) app.json(ended.length === 1 ? { run: ended[0] } : { runs: ended });
  else for (const run of ended) if (run.result !== undefined) app.terminal.out(plainText(run.result));
  if (app.globals.json && ended.some(({ state }) => state !== "completed")) return 6;
  requireCompleted(ended);
  return 0;
}

function plainText(text: string): string {
  return text.split("\n").map(plain).join("\n");
}
