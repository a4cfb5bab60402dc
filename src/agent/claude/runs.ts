import type { AgentRuns, RunAsk } from "../at-work.ts";
import { readRunLine } from "../input/run-line.ts";
import { readSpent } from "./live-cost.ts";
import { readOutput } from "./run-output.ts";

// Runs without a person: `claude -p` with JSON lines on stdin and stdout. Measured with the pinned version.

const modes = { ask: "manual", edits: "acceptEdits", all: "bypassPermissions", plan: "plan" } as const;

/** Tools that change files. What a command changes is found out by comparing the clone. */
const writingTools = ["Edit", "Write", "NotebookEdit"];

export const runs: AgentRuns = {
  input: "lines",
  priced: true,
  args: runArgs,
  prompt: promptLine,
  interrupt: interruptLine,
  read: (line) => readRunLine(line, readOutput),
  spent: readSpent,
};

function runArgs(ask: RunAsk): string[] {
  // There are no edits to accept, but that mode also lets commands such as `touch` run.
  const mode = ask.readOnly && ask.mode === "edits" ? "ask" : ask.mode;
  const lines = ["--input-format", "stream-json", "--output-format", "stream-json", "--verbose"];
  // Prompts are part of the output, in their place.
  lines.push("--replay-user-messages");
  // Without it a question for a person is denied at once, and the tools that ask one do not exist.
  const asks = ["--permission-prompt-tool", "stdio", "--permission-mode", modes[mode]];
  return [
    "-p",
    ...lines,
    ...asks,
    // Otherwise the answer to the plan cannot switch to that mode.
    ...(ask.mode === "plan" && ask.afterPlan === "all" ? ["--allow-dangerously-skip-permissions"] : []),
    ask.resume ? "--resume" : "--session-id",
    ask.conversation,
    ...(ask.readOnly ? ["--disallowedTools", writingTools.join(",")] : []),
    ...(ask.strictMcp ? ["--strict-mcp-config"] : []),
    ...(ask.model === undefined ? [] : ["--model", ask.model]),
    ...(ask.budget === undefined ? [] : ["--max-budget-usd", String(ask.budget)]),
    ...(ask.maxTurns === undefined ? [] : ["--max-turns", String(ask.maxTurns)]),
    ...(ask.instructions === undefined ? [] : ["--append-system-prompt", ask.instructions]),
  ];
}

function promptLine(text: string): string {
  return `${JSON.stringify({ type: "user", message: { role: "user", content: text } })}\n`;
}

function interruptLine(id: string): string {
  return `${JSON.stringify({ type: "control_request", request_id: id, request: { subtype: "interrupt" } })}\n`;
}
