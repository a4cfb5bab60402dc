import type { RunOptions } from "../../app/work/start-runs.ts";
import { usageError } from "../../errors.ts";
import type { FlagValues } from "../line/flags.ts";
import type { App } from "../process/app.ts";
import { readPrompt } from "./prompt.ts";
import type { runFlags } from "./run-flags.ts";

const actions = ["implement", "plan", "analyze", "review"] as const;
const maxCopies = 20;
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
  const fresh = { from, branch, carry };
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

const usage = "cowork run <session> 'task'";

function readResume(value: string | undefined, session: string | undefined): RunOptions["resume"] {
  if (value === undefined || value === "last") return value;
  const [, name, n] = /^(?:(\S+):)?([1-9]\d{0,8})$/.exec(value) ?? [];
  if (n === undefined || (name !== undefined && name !== session)) {
    throw usageError(`--resume takes a run of the session, such as ${session ?? "api"}:2.`, "cowork runs");
  }
  return Number(n);
}

function oneOf<T extends string>(flag: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found !== undefined) return found;
  throw usageError(`${flag} must be ${known.slice(0, -1).join(", ")} or ${known.at(-1)}.`, "cowork help run");
}

function count(flag: string, value: string, most: number): number {
  const number = /^[1-9]\d{0,6}$/.test(value) ? Number(value) : Number.NaN;
  if (number <= most) return number;
  throw usageError(`${flag} must be a number from 1 to ${most}.`, "cowork help run");
}
