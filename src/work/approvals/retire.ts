import type { AgentProgram } from "../../agent/at-work.ts";
import type { HistoryEvent } from "../../contract/work/history.ts";
import type { Asks } from "./asks-folder.ts";

/** What is known about a session and its agent. All but the container's state are claims of the container. */
export interface Signs {
  asks: Asks;
  running: boolean;
  /** ms since 1970; undefined if it is not known */
  startedAt: number | undefined;
  /** reports of hooks, the oldest first */
  events: readonly HistoryEvent[];
  programs: readonly AgentProgram[];
}

/** The request that is judged. */
export interface Waiting {
  uuid: string;
  askedAt: number;
  tool: string;
  conversation: string | undefined;
  /** absent: the main agent */
  subagent: string | undefined;
  /** no other request of the same program is open */
  alone: boolean;
}

/** A program's file may say for a moment what it did before it asked. */
const settleMs = 1000;

/** Hooks that fire only once the agent went on. `PostToolUse` also fires for other calls that run at the same time. */
const wentOn = ["PostToolBatch", "Stop", "UserPromptSubmit", "SessionEnd"];

/**
 * Why a request needs no answer any more; undefined while it does. A "Yes" on the agent's own terminal does not end the hook, so
 * the agent's later reports tell. Pure.
 */
export function whyRetired(one: Waiting, signs: Signs): string | undefined {
  const { asks, running, startedAt, events, programs } = signs;
  if (!running) return "the container was stopped";
  if (startedAt !== undefined && startedAt > one.askedAt) return "the container was started again";
  if (asks.ended.has(one.uuid)) return "it was decided in the agent's terminal, or the agent ended";
  if (!asks.waiting.has(one.uuid) && !asks.more) return "the agent withdrew it";
  if (events.some((event) => isAfter(event, one))) return "the agent went on: it was decided in its terminal";
  const own = programs.find(({ conversation }) => conversation !== undefined && conversation === one.conversation);
  // While a hook of a subagent is waiting, the program says that it is busy.
  const isSure = one.subagent === undefined && one.alone && own !== undefined && own.at > one.askedAt + settleMs;
  return isSure && own.status !== "waiting" ? "the agent went on: it was decided in its terminal" : undefined;
}

function isAfter({ at, data }: HistoryEvent, one: Waiting): boolean {
  const { event, conversation, subagent, tool } = data;
  if (Date.parse(at) <= one.askedAt || conversation !== one.conversation) return false;
  if (event === "SessionEnd") return true;
  if ((typeof subagent === "string" ? subagent : undefined) !== one.subagent) return false;
  if (event === "PostToolUse") return tool === one.tool;
  return typeof event === "string" && wentOn.includes(event);
}
