import type { JsonObject } from "../contract/common.ts";
import type { AgentState, TaskCount } from "../contract/work/agent-state.ts";
import type { ApprovalView } from "../contract/work/approval.ts";
import type { RunPermissions } from "../contract/work/run.ts";
import type { Context, FilesContext } from "../system/context.ts";

// What cowork must know about an agent to watch it at work, to run it without a person, and to answer its questions. Everything
// that these functions read was written inside the container: it is checked for its form and never believed.

/** One report of a hook. */
export interface HookReport {
  /** name of the event, in the agent's words; from the file's name, so it is known even if the content is not usable */
  event: string;
  /** when the report arrived, in ms since 1970, by the kernel's clock */
  at: number;
  /** what the hook received; undefined: too large, or not JSON */
  input: JsonObject | undefined;
}

/** What a report says about the agent. */
export interface AgentSignal extends Pick<AgentState, "state" | "for" | "until" | "detail"> {
  /** id of the subagent that it is about; absent: the main agent */
  subagent?: string;
  /** id of the conversation */
  conversation?: string;
  /** the tool that is about to run, ran, or is asked for, in the agent's words */
  tool?: string;
  /** id of that call */
  call?: string;
  /** an entry of the agent's list of tasks */
  task?: { id: string; title: string; done: boolean };
}

/** A running program of the agent, as its own state file says. */
export interface AgentProgram {
  /** in the container */
  pid: number;
  /** start time of that process in clock ticks (field 22 of /proc/PID/stat), which tells it from a later one with the same pid */
  startTicks: string;
  conversation?: string;
  /** in a terminal; otherwise started without one */
  interactive: boolean;
  status: "busy" | "waiting" | "idle";
  /** in the agent's words */
  waitingFor?: string;
  /** when the status changed last, in ms since 1970 */
  at: number;
}

export interface AgentStates {
  /** Undefined: the report does not change the state. */
  read(report: HookReport): AgentSignal | undefined;
  /** Reads the agent's own state files of a session: small regular files only, at most 100 of them. */
  programs(ctx: FilesContext, id: string): AgentProgram[];
  /** Counts the tasks that the agent lists in a conversation: small regular files only, at most 200. Undefined: it lists none. */
  tasks(ctx: FilesContext, id: string, conversation: string): TaskCount | undefined;
}

/** How a run is started. */
export interface RunAsk {
  prompt: string;
  /** id of the conversation: a new UUID, or that of the run which is continued */
  conversation: string;
  /** continue that conversation */
  resume: boolean;
  mode: RunPermissions | "plan";
  /** with `plan`: what the agent may do without asking once the plan is approved */
  afterPlan?: RunPermissions;
  /** do not offer tools that change files */
  readOnly: boolean;
  /** ignore MCP servers that the repository names */
  strictMcp: boolean;
  model?: string;
  /** USD that this process may still spend */
  budget?: number;
  maxTurns?: number;
  /** added to the agent's instructions */
  instructions?: string;
}

/** How the agent is started in a terminal. */
export interface TerminalAsk {
  /** id of the conversation: a new UUID, or that of a run */
  conversation: string;
  /** continue that conversation */
  resume: boolean;
  model?: string;
  /** the first prompt */
  prompt?: string;
}

export interface AgentTerminals {
  /** arguments for the agent's launcher */
  args(ask: TerminalAsk): string[];
}

/** One line of a run's output, in common terms. */
export type RunOutput =
  | { kind: "started"; conversation: string; model?: string; version?: string }
  /** what the agent was given: the task, a follow-up */
  | { kind: "prompt"; text: string }
  | { kind: "text"; text: string; subagent?: string }
  | { kind: "tool"; id: string; name: string; input: JsonObject; subagent?: string }
  | { kind: "tool-result"; id: string; failed: boolean; text: string; subagent?: string }
  | { kind: "denied"; tool: string; message: string }
  | { kind: "retry"; attempt: number; delayMs: number; detail: string }
  /** `until` in ms since 1970 */
  | { kind: "limit"; rejected: boolean; until?: number; detail: string }
  /** subagents and commands that run in the background */
  | { kind: "background"; running: number }
  /** it took in an interrupt */
  | { kind: "interrupted" }
  | RunResult;

export interface RunResult {
  kind: "result";
  outcome: "completed" | "budget" | "turns" | "limit" | "login" | "interrupted" | "error";
  /** one line: why it did not complete */
  detail?: string;
  /** the agent's last text */
  text: string;
  /** USD at list prices, of the whole conversation */
  cost: number;
  turns: number;
  tokens: { input: number; output: number };
  denials: number;
  durationMs: number;
}

/** One line of the transcript that the agent itself keeps of a conversation. */
export interface TranscriptEntry {
  /** when, in ms since 1970, as the agent says */
  at?: number;
  outputs: (RunOutput | { kind: "prompt"; text: string })[];
}

export interface AgentTranscripts {
  /**
   * Transcripts of a session's conversations, in no order. Only names are read, below `root`, which the container can write to:
   * whatever the paths lead to is not believed.
   */
  find(ctx: Pick<Context, "paths">, id: string): { root: string; files: { path: string; conversation: string }[] };
  /** Undefined: a line that tells nothing, or is not one of the agent's. */
  read(line: string): TranscriptEntry | undefined;
}

export interface AgentRuns {
  /**
   * What its stdin takes: `lines`, one for each prompt, for as long as it is open; `prompt`, one prompt, which its end completes; `none`:
   * nothing, because the prompt is among the arguments.
   */
  input: "lines" | "prompt" | "none";
  /** new conversations get their ids from the agent, which its output tells; absent: they have the id that was asked for */
  ownIds?: boolean;
  /** results tell what they cost; otherwise no budget can hold */
  priced: boolean;
  /** arguments for the agent's launcher */
  args(ask: RunAsk): string[];
  /** what is written to stdin for a prompt, with its line end if it is a line */
  prompt(text: string): string;
  /** one line for stdin that interrupts what the agent does now; absent: only its end does */
  interrupt?(id: string): string;
  /** Undefined: a line of an unknown type, or one that tells nothing. */
  read(line: string): RunOutput[] | undefined;
  /** What it says on stderr when it ends without a result; absent or undefined: nothing that is known. */
  readErrors?(errors: string): RunResult | undefined;
  /**
   * USD that a process with this budget has spent so far, from the agent's own files, which a result confirms later. Undefined: not
   * known. Absent: only results tell.
   */
  spent?(
    ctx: Pick<Context, "paths">,
    process: { id: string; conversation: string; budget: number },
  ): Promise<number | undefined>;
}

/** What a request for approval asks, in common terms. */
export interface AskedApproval extends Pick<ApprovalView, "kind" | "tool" | "folder" | "rules" | "subagent"> {
  /** the whole text to decide on, as the agent gave it */
  text: string;
  input: JsonObject;
  questions?: NonNullable<ApprovalView["questions"]>;
  conversation?: string;
}

export interface ApprovalDecision {
  decision: "allow" | "deny";
  message?: string;
  /** chosen labels, for each question */
  choices?: readonly (readonly string[])[];
  /** after a plan was approved, the agent goes on in this mode */
  mode?: RunPermissions;
  /** rules of the request that hold from now on, for as long as the agent's process lives */
  rules?: readonly string[];
}

export interface AgentApprovals {
  /** Undefined: not a request that can be shown. @param input what the hook received */
  read(input: JsonObject): AskedApproval | undefined;
  /** What the hook prints; always with the input that was shown, so that nothing else can run. */
  answer(input: JsonObject, decision: ApprovalDecision): JsonObject;
}
