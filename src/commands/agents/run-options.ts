import type { RunOptions } from "../../app/work/start-runs.ts";
import { usageError } from "../../errors.ts";
import type { FlagValues } from "../line/flags.ts";
import type { App } from "../process/app.ts";
import { readAgent } from "../sessions/agent-flag.ts";
import { readPrompt } from "./prompt.ts";
import type { runFlags } from "./run-flags.ts";
import { count, oneOf, readResume } from "./run-values.ts";

const actions = ["implement", "plan", "analyze", "review"] as const;
const maxCopies = 20;
const usage = "cowork run <session> 'task'";
const reviewTask = "Review the changes of this branch since it started.";

interface Given {
  session: string | undefined;
  task: string | undefined;
  flags: FlagValues<typeof runFlags>;
}

/**
 * The options of `run`, from its command line.
 * @throws USAGE
 */
export async function readRunOptions(app: App, { session, task, flags }: Given): Promise<RunOptions> {
  const agent = readAgent(flags.agent, "cowork run <session> 'task'");
  const action = oneOf("--action", flags.action ?? "implement", actions);
  const commit = oneOf("--commit", flags.commit ?? "auto", ["auto", "off"] as const);
  const copies = flags.copies === undefined ? 1 : count("--copies", flags.copies, maxCopies);
  const { from, branch, carry, path, model, permissions, budget, timeout } = flags;
  if (branch !== undefined && copies > 1) throw usageError("--branch and --copies cannot be used together.", usage);
  const maxTurns = flags["max-turns"] === undefined ? undefined : count("--max-turns", flags["max-turns"], 100_000);
  const resume = readResume(flags.resume, session);
  const prompt =
    task === undefined && flags.file === undefined && action === "review"
      ? reviewTask
      : await readPrompt(app, { text: task, file: flags.file, usage });
  const fresh = { from, branch, carry, agent };
  return {
    session,
    prompt,
    action,
    path,
    model,
    permissions,
    budget,
    timeout,
    maxTurns,
    commit: action === "analyze" || action === "review" ? "off" : commit,
    copies,
    resume,
    fresh,
  };
}
