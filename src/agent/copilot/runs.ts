import type { AgentRuns, RunAsk } from "../at-work.ts";
import { readRunLine } from "../input/run-line.ts";
import { readEvent, readStartError } from "./run-output.ts";

/** `copilot` with a prompt on its standard input: one prompt, events as JSON lines, neither money nor tokens. */
export const runs: AgentRuns = {
  input: "prompt",
  priced: false,
  args: runArgs,
  prompt: (text) => text,
  read: (line) => readRunLine(line, readEvent),
  readErrors: readStartError,
};

function runArgs(ask: RunAsk): string[] {
  const mayWrite = !ask.readOnly && ask.mode !== "plan";
  return [
    "--output-format=json",
    // No one answers its questions; copilot-approve asks a person about tools.
    "--no-ask-user",
    ask.resume ? `--resume=${ask.conversation}` : `--session-id=${ask.conversation}`,
    // A denial counts more than what is allowed.
    ...(mayWrite ? [] : ["--deny-tool=write"]),
    ...(mayWrite && ask.mode === "edits" ? ["--allow-tool=write"] : []),
    ...(ask.mode === "all" ? ["--allow-all"] : []),
    ...(ask.model === undefined ? [] : [`--model=${ask.model}`]),
  ];
}
