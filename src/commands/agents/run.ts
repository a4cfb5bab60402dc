import { usageError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { App } from "../process/app.ts";
import { defineCommand } from "../line/command.ts";
import { runFlags } from "./run-flags.ts";
import { readRunOptions } from "./run-options.ts";

export const runCommand = defineCommand({
  name: "run",
  group: "Work",
  summary: "Hand a task to the agent in a session, unattended",
  details: [
    "The session is created or started if need be. The command prints the id of the run and returns; closing the terminal changes nothing.",
    "Without a task $EDITOR opens. --action plan asks for a plan first, which you approve with `cowork approvals`; analyze and review change nothing in the clone. What is left uncommitted at the end is committed unless --commit is off.",
  ],
  positionals: [
    { name: "session", summary: "Name of the session; a new name creates it", complete: "session" },
    { name: "task", summary: "What to do, as one quoted text", mayBeEmpty: true },
  ],
  flags: runFlags,
  tooMany: manyWords,
  examples: [
    { line: "cowork run api 'add rate limiting'", text: "start a run in session api" },
    { line: "cowork run api -F TASK.md --action plan", text: "ask for a plan first" },
    { line: "cowork run api 'more tests' --resume --wait", text: "continue, and wait for the end" },
    { line: "cowork run fix 'the login' --copies 3", text: "try it in fix-1, fix-2, fix-3" },
  ],
  async run({ args, flags }, app) {
    const [session, task] = args;
    // A task without a session.
    if (task === undefined && (session ?? "").includes(" ")) throw manyWords(args);
    app.trust(flags.trust);
    const progress = await app.show("live");
    const options = await readRunOptions(app, { session, task, flags });
    const { startRuns, planRuns } = await import("../../app/work/start-runs.ts");
    const scope = await app.scope();
    if (flags["dry-run"]) return await showPlan(app, await planRuns(scope, options));
    const started = await startRuns(scope, options);
    progress.stop();
    const { showStarted, waitForRuns } = await import("./show-runs.ts");
    if (flags.wait) return await waitForRuns(app, started);
    return showStarted(app, started);
  },
});

function manyWords(words: readonly string[]): Error {
  const [first = "", ...rest] = words;
  const message = "The task must be one quoted text. To run a command in the session, use connect.";
  if (rest.length === 0) return usageError(message, [ownCommand("run", "<session>", first)]);
  const [run, connect] = [ownCommand("run", first, rest.join(" ")), ownCommand("connect", first, "--", ...rest)];
  return usageError(message, steps`${run}, or ${connect}`);
}

async function showPlan(app: App, plan: object): Promise<number> {
  if (app.globals.json) return app.json(plan);
  const { renderRunPlan } = await import("../../ui/agents/runs.ts");
  app.terminal.out(renderRunPlan(plan as Parameters<typeof renderRunPlan>[0]));
  return 0;
}
