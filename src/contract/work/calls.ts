import * as z from "zod/mini";
import { mergingEvent } from "../merging/conflicts.ts";
import { claimRequest, claimView } from "../merging/claims.ts";
import { oneSession, selector } from "../remote/requests.ts";
import { settings } from "../settings.ts";
import { mutedView, muteRequest } from "../notify/notify.ts";
import { agentState } from "./agent-state.ts";
import { approvalAnswer, approvalView } from "./approval.ts";
import { eventsAnswer, eventsQuery } from "./history.ts";
import { runPermissions } from "./permissions.ts";
import { runRequest, runView } from "./run.ts";
import { transcriptAnswer, transcriptQuery } from "./transcript.ts";

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
  /** no messages about it are sent; absent: they are */
  muted: z.exactOptional(mutedView),
});

export const sendRequest = z.object({
  text: z.string(),
  /** for a run that continues the conversation */
  settings,
  /** permissions of such a run at most; absent: those of the run before */
  most: z.exactOptional(runPermissions),
  /** what the text came through, for the journal; absent: a command */
  through: z.exactOptional(z.string()),
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
  /** Ends an active run, whatever it does, and waits for its end. The conversation stays. @returns the run as it is then */
  runStop: { input: z.tuple([oneSession, z.object({ n: z.int(), by: z.string() })]), output: runView },
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
  send: { input: z.tuple([oneSession, sendRequest]), output: sent },
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
  /** What a session has changed, which the side of the user finds out: its derived claim. */
  noteChanged: {
    input: z.tuple([oneSession, z.object({ paths: z.array(z.string()), at: z.string() })]),
    output: z.object({}),
  },
  /** Claims of the selected sessions, as they are now, also those that follow from what they have changed. */
  claims: { input: z.tuple([selector]), output: z.array(claimView) },
  claim: { input: z.tuple([oneSession, claimRequest]), output: claimView },
  /** Ends a session's claims: all, or those with one of these patterns. */
  claimRelease: { input: z.tuple([oneSession, z.object({ globs: z.array(z.string()) })]), output: z.array(claimView) },
  events: { input: z.tuple([selector, eventsQuery]), output: eventsAnswer },
  /** The transcript of a session, as data, from a place on. */
  transcript: { input: z.tuple([oneSession, transcriptQuery]), output: transcriptAnswer },
  /** Sets whether messages about a session are sent. */
  mute: { input: z.tuple([oneSession, muteRequest]), output: mutedView },
  /** Whether the host sends messages itself, to whom its own user's file says. */
  notifier: { input: z.tuple([z.object({})]), output: z.object({ active: z.boolean() }) },
} as const;

export type SessionWork = z.infer<typeof sessionWork>;
export type OpenRequest = z.infer<typeof openRequest>;
export type Opened = z.infer<typeof opened>;
export type SendRequest = z.infer<typeof sendRequest>;
export type Sent = z.infer<typeof sent>;
