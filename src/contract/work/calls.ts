import * as z from "zod/mini";
import { mergingEvent } from "../merging/conflicts.ts";
import { oneSession, selector } from "../requests.ts";
import { settings } from "../settings.ts";
import { agentState } from "./agent-state.ts";
import { approvalAnswer, approvalView } from "./approval.ts";
import { eventsAnswer, eventsQuery } from "./history.ts";
import { runRequest, runView } from "./run.ts";

/** What an agent does in one session, and what waits for a person there. */
export const sessionWork = z.object({
  sessionId: z.string(),
  name: z.string(),
  project: z.string(),
  agentState,
  /** the newest run */
  run: z.exactOptional(runView),
  /** number of open approvals */
  approvals: z.int(),
});

/** How a prompt reached the agent. */
export const sent = z.object({
  /** `run`: into the active run; `resumed`: a new run continues the conversation; `typed`: into a terminal */
  how: z.enum(["run", "resumed", "typed"]),
  run: z.exactOptional(runView),
});

/** How the agent is started in a terminal. */
export const openRequest = z.object({
  /** the first prompt */
  prompt: z.exactOptional(z.string()),
  /** for the start of the session and of the agent */
  settings,
});

export const opened = z.object({
  /** `launched`: in a window of the host's tmux; `running`: it was there; `here`: the host has no tmux, `connect` starts it on the caller's terminal */
  how: z.enum(["launched", "running", "here"]),
  /** the run that was ended, and whose conversation goes on in the terminal */
  run: z.exactOptional(runView),
});

/** Functions of a session host about agents at work. */
export const workCalls = {
  /** Creates a run and the process that supervises it; returns once that process is alive. */
  runStart: { input: z.tuple([oneSession, runRequest]), output: runView },
  /** Runs of the selected sessions, newest first; with `n` only that one. */
  runs: { input: z.tuple([selector, z.object({ n: z.exactOptional(z.int()) })]), output: z.array(runView) },
  /** The work of a run's own process: supervises it until it ends. */
  runSupervise: { input: z.tuple([z.object({ sessionId: z.string(), n: z.int() })]), output: runView },
  /** Agent states, as `list` has them; with `check` the agents' processes are checked, too. */
  work: { input: z.tuple([selector, z.object({ check: z.boolean() })]), output: z.array(sessionWork) },
  /** Open approvals, the oldest first. */
  approvals: { input: z.tuple([selector]), output: z.array(approvalView) },
  /** Records that a person saw the whole request, on the terminal or elsewhere. */
  approvalShown: {
    input: z.tuple([oneSession, z.object({ id: z.string(), digest: z.string(), by: z.string(), through: z.string() })]),
    output: approvalView,
  },
  approvalAnswer: { input: z.tuple([oneSession, approvalAnswer]), output: approvalView },
  send: { input: z.tuple([oneSession, z.object({ text: z.string(), settings })]), output: sent },
  interrupt: { input: z.tuple([oneSession, z.object({ by: z.string() })]), output: z.object({ how: z.string() }) },
  /** Starts the agent in a window of the host's tmux, to which `connect` attaches. Asks before it ends an active run. */
  agentOpen: { input: z.tuple([oneSession, openRequest]), output: opened },
  /** Whether the agent has a window of the host's tmux. */
  agentWindow: { input: z.tuple([oneSession]), output: z.object({ open: z.boolean() }) },
  /**
   * Writes events of merging into the session's journal, which the side of the user finds out. `session.merged` is written once for a
   * commit; the answer is when that was.
   */
  noteMerging: {
    input: z.tuple([oneSession, z.array(mergingEvent)]),
    output: z.object({ mergedAt: z.exactOptional(z.string()) }),
  },
  events: { input: z.tuple([selector, eventsQuery]), output: eventsAnswer },
} as const;

export type SessionWork = z.infer<typeof sessionWork>;
export type OpenRequest = z.infer<typeof openRequest>;
export type Opened = z.infer<typeof opened>;
export type Sent = z.infer<typeof sent>;
