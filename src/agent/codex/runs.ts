import type { AgentRuns, RunAsk } from "../at-work.ts";
import { readRunLine } from "../input/run-line.ts";
import { readEvent } from "./run-output.ts";

/** `codex exec`: one prompt from standard input, events as JSON lines, tokens but no money. */
export const runs: AgentRuns = {
  input: "prompt",
  ownIds: true,
  priced: false,
  args: runArgs,
  prompt: (text) => text,
  read: (line) => readRunLine(line, readEvent),
};

/**
 * Where the program's own sandbox is on, it asks before it writes files, and commands fail until the agent asks for them: in a container
 * the sandbox cannot start. So `edits` asks for edits, too.
 */
const askFirst =
  "The sandbox of this machine cannot start, so commands fail in it. Ask for every command with require_escalated and a short justification: a person decides.";

/** It cannot wait for the approval of a plan: the run ends with the plan, and `--resume` goes on. */
const planFirst =
  "Change nothing. End with the plan as your answer: a person reads it, and may continue this conversation with the work.";

function runArgs(ask: RunAsk): string[] {
  const isPlan = ask.mode === "plan";
  const isFree = ask.mode === "all" && !ask.readOnly;
  const texts = [ask.instructions, isFree ? undefined : askFirst, isPlan ? planFirst : undefined];
  const instructions = texts.filter((text) => text !== undefined).join("\n\n");
  return [
    "exec",
    "--json",
    "--skip-git-repo-check",
    "--sandbox",
    isFree ? "danger-full-access" : ask.readOnly || isPlan ? "read-only" : "workspace-write",
    // Rules of the repository that let commands run without a question; no one agreed to them.
    ...(ask.strictMcp ? ["--ignore-rules"] : []),
    ...(ask.model === undefined ? [] : ["--model", ask.model]),
    // TOML has the same strings as JSON.
    ...(instructions === "" ? [] : ["-c", `developer_instructions=${JSON.stringify(instructions)}`]),
    ...(ask.resume ? ["resume", ask.conversation] : []),
    "-",
  ];
}
