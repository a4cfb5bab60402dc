import type { RunResult } from "../../agent/at-work.ts";
import { loginCommand } from "../../agent/login-command.ts";
import type { RunReason, RunState } from "../../contract/work/run.ts";

import { plain } from "../../system/text.ts";

/** Why cowork ended the agent. */
export type EndedFor = "user" | "timeout" | "output" | "disk" | "stayed";

/** How the agent's process ended. */
export interface Ending {
  /** which agent it is; absent: the usual one */
  agent?: string;
  /** its last result */
  result?: RunResult | undefined;
  /** exit code, as the script in the container wrote it; absent: it was killed with its script */
  exit?: number | undefined;
  /** cowork ended it, and why */
  endedFor?: EndedFor | undefined;
  /** the container stopped, or the process is gone without an exit code */
  gone: boolean;
  /** when the usage limit ends, in ms since 1970: the last one that the agent reported */
  limitUntil?: number | undefined;
  /** what the agent printed to stderr */
  errors: string;
  /** nothing could be written on the host at that time */
  diskFull?: boolean;
}

export interface Judgement {
  state: RunState;
  reason?: RunReason;
  detail?: string;
  /** with `waiting`: the conversation goes on at this time, in ms since 1970 */
  until?: number;
}

const noSpace: Judgement = { state: "failed", detail: "no space is left on the disk of the host" };

/** The state of a run whose agent has ended: by its last result and by how the process ended. Pure. */
export function judgeEnding(ending: Ending, agent: string): Judgement {
  const { result, exit, endedFor, gone, errors } = ending;
  switch (endedFor) {
    case "user":
      return { state: "stopped", reason: "user" };
    case "timeout":
      return { state: "stopped", reason: "timeout" };
    case "output":
      return { state: "failed", detail: "the agent printed more than a run may" };
    case "disk":
      return noSpace;
    default:
  }
  const own = result === undefined ? undefined : judgeResult(ending, result, agent);
  if (own !== undefined && own.state !== "completed") return own;
  // An agent that cannot write either ends in any way.
  if (ending.diskFull === true && own === undefined) return noSpace;
  if (gone && !(own !== undefined && endedFor === "stayed"))
    return { state: "stopped", reason: "crash", detail: "the agent's process is gone" };
  // An agent that cowork had to end has no exit code of its own.
  if (own !== undefined && (exit === 0 || endedFor === "stayed")) return own;
  if (exit !== undefined && exit > 128)
    return { state: "stopped", reason: "crash", detail: `the agent was killed (exit code ${exit})` };
  const why = plain(errors.trim().split("\n").at(-1) ?? "").slice(0, 300);
  const code = exit === undefined ? "" : `exit code ${exit}`;
  return { state: "failed", detail: [`the agent ended without a good result`, code, why].filter(Boolean).join(": ") };
}

function judgeResult({ limitUntil }: Ending, { outcome, detail = "" }: RunResult, agent: string): Judgement {
  const why = plain(detail).slice(0, 300);
  const because = why === "" ? {} : { detail: why };
  switch (outcome) {
    case "completed":
      return { state: "completed" };
    case "budget":
      return { state: "stopped", reason: "budget", ...because };
    case "turns":
      return { state: "stopped", reason: "limit", detail: "the limit of turns is reached" };
    case "interrupted":
      // What the agent says of it is about itself.
      return { state: "stopped", reason: "user" };
    case "limit":
      if (limitUntil !== undefined) return { state: "waiting", until: limitUntil, ...because };
      return { state: "stopped", reason: "limit", ...because };
    case "login":
      return { state: "failed", detail: `${why || "not logged in"}: run ${loginCommand(agent)} on the host` };
    case "error":
    default:
      return { state: "failed", ...because };
  }
}
