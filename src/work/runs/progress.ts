import type { RunOutput, RunResult } from "../../agent/at-work.ts";
import { plain } from "../../system/text.ts";

/** What was spent: USD at list prices, and tokens. */
export interface Spent {
  cost: number;
  tokens: { input: number; output: number };
}

/** What the agent's output says so far, of one process. */
export interface Progress {
  /** a result was printed, and nothing after it */
  isResting: boolean;
  /** subagents and commands that run in the background */
  background: number;
  /** it was interrupted since its last word */
  isInterrupted: boolean;
  result?: RunResult;
  /** of the whole run */
  turns: number;
  denials: number;
  /** of the whole conversation, runs before included; absent: not known yet */
  conversation?: Spent;
  limitUntil?: number;
  /** what the agent itself said last */
  said?: string;
  /** one line: what it does now */
  detail?: string;
}

export function newProgress(): Progress {
  return { isResting: false, background: 0, isInterrupted: false, turns: 0, denials: 0 };
}

/** Takes in one line of output. */
export function applyOutput(progress: Progress, output: RunOutput): Progress {
  const working = { ...progress, isResting: false, isInterrupted: false };
  switch (output.kind) {
    case "started":
      return working;
    case "text":
      return output.subagent === undefined ? { ...working, said: output.text } : working;
    case "tool":
      return { ...working, detail: describeTool(output.name, output.input) };
    case "tool-result": {
      const { detail: _done, ...rest } = working;
      return rest;
    }
    case "denied":
      return { ...working, denials: progress.denials + 1 };
    case "retry":
      return { ...working, detail: plain(`waits to try again: ${output.detail}`).slice(0, 200) };
    case "limit":
      // It is also reported after a result.
      if (!output.rejected) return progress;
      return output.until === undefined ? progress : { ...progress, limitUntil: output.until };
    case "background":
      return { ...progress, background: output.running };
    case "interrupted":
      return { ...progress, isInterrupted: true };
    case "result": {
      const { detail: _done, ...rest } = progress;
      return {
        ...rest,
        isResting: true,
        isInterrupted: progress.isInterrupted || output.outcome === "interrupted",
        // Some agents print their last text before the result only.
        result: output.text === "" ? { ...output, text: progress.said ?? "" } : output,
        turns: progress.turns + output.turns,
        denials: Math.max(progress.denials, output.denials),
        conversation: { cost: output.cost, tokens: output.tokens },
      };
    }
    default:
      return progress;
  }
}

/** One line, without control characters. */
function describeTool(name: string, input: Readonly<Record<string, unknown>>): string {
  const about = ["command", "file_path", "path", "pattern", "url", "description"].map((key) => input[key]);
  const first = about.find((value): value is string => typeof value === "string" && value !== "");
  return plain(first === undefined ? name : `${name}: ${first.slice(0, 400)}`).slice(0, 200);
}
