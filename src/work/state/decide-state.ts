import type { AgentProgram, AgentSignal } from "../../agent/at-work.ts";
import type { AgentState, TaskCount } from "../../contract/work/agent-state.ts";
import type { RunView } from "../../contract/work/run.ts";

/** What is known about the agent of a session. Times are in ms since 1970. */
export interface Observed {
  now: number;
  /** when the session was made */
  createdAt: number;
  /** absent: it has no container. `startedAt` 0: not known */
  container?: { running: boolean; startedAt: number };
  /** the newest report of a hook; without `signal` it does not tell a state */
  last?: { at: number; signal?: AgentSignal };
  /** the agent's programs, as their own files say; `gone`: that process is known to have ended */
  programs: readonly (AgentProgram & { gone: boolean })[];
  /** processes were looked at just now; `strangers`: programs of the agent run that have no file */
  checked?: { strangers: boolean };
  /** in the conversation of the newest report */
  tasks?: TaskCount;
  run?: Pick<RunView, "state" | "until" | "detail" | "conversation" | "createdAt" | "startedAt" | "endedAt">;
  /** number of open requests for approval */
  approvals: number;
}

/** Until this long after its report, a request may not be in its own file. */
const askMs = 3_000;

/** A state with its time in ms. */
interface Found extends Omit<AgentState, "since"> {
  since: number;
}

/** Until this long after its start, a program may not have reported anything. */
const startMs = 10_000;

/**
 * The agent's state from what its hooks reported and from what its own files say. Neither is enough: no hook tells that a person
 * interrupted the agent or refused a tool on its terminal, and the files know nothing of errors and of subagents. Where they
 * contradict each other, the newer one counts. Pure.
 */
export function decideState(seen: Observed): AgentState {
  const found = withRun(seen, ofAgent(seen));
  const isAlive = !["none", "ended", "unknown"].includes(found.state);
  const tasks = isAlive && seen.tasks !== undefined ? { tasks: seen.tasks } : {};
  return { ...found, since: new Date(found.since).toISOString(), ...tasks };
}

function ofAgent(seen: Observed): Found {
  const { container, createdAt, last } = seen;
  if (container?.running !== true) {
    if (last === undefined) return { state: "none", since: createdAt };
    const { signal } = last;
    if (signal?.state === "ended") return { ...ofSignal(signal), since: last.at };
    // Its container was stopped, or is gone.
    return { state: "ended", since: last.at, detail: "killed" };
  }
  const { startedAt } = container;
  const isOld = last !== undefined && last.at < startedAt;
  const programs = seen.programs.filter(({ at }) => at >= startedAt);
  if (last !== undefined && !isOld) return strongest(seen, last, programs);
  if (isOld && last.signal?.state === "ended" && programs.length === 0) return { state: "ended", since: last.at };
  const [newest] = programs.filter(({ gone }) => !gone).toSorted((a, b) => b.at - a.at);
  if (newest !== undefined && seen.now - newest.at < startMs) return { state: "starting", since: newest.at };
  // Without reports its own files are not enough: their form may change with every version.
  if (newest !== undefined) return { state: "unknown", since: newest.at, detail: "no reports" };
  if (isOld) return { state: "unknown", since: startedAt, detail: "stale" };
  return { state: "none", since: startedAt === 0 ? createdAt : startedAt };
}

const order: Record<AgentState["state"], number> = {
  waiting: 7,
  working: 6,
  starting: 5,
  failed: 4,
  idle: 3,
  ended: 2,
  unknown: 1,
  none: 0,
};

/** Of several programs in one session (two terminals, or a terminal and a run), the one that needs a person or works. */
function strongest(seen: Observed, last: NonNullable<Observed["last"]>, programs: Observed["programs"]): Found {
  const living = programs.filter(({ gone }) => !gone);
  const conversation = last.signal?.conversation;
  const own = programs.find((one) => one.conversation === conversation);
  // A conversation may have another id by now; after its end it is another one's program.
  const only = last.signal?.state !== "ended" && programs.length === 1 ? programs[0] : undefined;
  const reporter = own ?? only;
  const others = living.filter((one) => one !== reporter).map((one) => ofProgram(one));
  const reported =
    reporter !== undefined && !reporter.gone
      ? join(seen, last, reporter)
      : ofReport(seen, last, { isGone: reporter !== undefined });
  const [first = reported] = [reported, ...others].toSorted((a, b) => order[b.state] - order[a.state]);
  if (seen.checked === undefined || seen.approvals === 0 || first.state === "waiting") return first;
  return { state: "waiting", for: "approval", since: last.at };
}

/** The report alone: its program has no file, or ended. */
function ofReport(seen: Observed, last: NonNullable<Observed["last"]>, { isGone }: { isGone: boolean }): Found {
  const { at, signal } = last;
  if (signal?.state === "ended") return { ...ofSignal(signal), since: at };
  if (isGone || seen.checked?.strangers === false) return { state: "ended", since: at, detail: "killed" };
  return signal === undefined ? { state: "starting", since: at } : { ...ofSignal(signal), since: at };
}

/** The newer of a report and its program's own file. */
function join(seen: Observed, last: NonNullable<Observed["last"]>, program: AgentProgram): Found {
  const own = ofProgram(program);
  const { signal, at } = last;
  if (signal === undefined) return own;
  const reported: Found = { ...ofSignal(signal), since: at };
  const isQuestion = signal.state === "waiting" && signal.for !== "limit";
  if (program.status === "waiting") return isQuestion ? reported : own;
  if (program.status === "idle") return whileIdle(program, signal, reported);
  if (!isQuestion) return whileBusy(program, signal, reported);
  // While a hook holds the request of a subagent, the program says that it is busy. A person's answer is newer.
  const isTaken = seen.checked !== undefined && seen.approvals === 0 && seen.now - at > askMs;
  const isAnswered = program.at > at || isTaken;
  return isAnswered ? { state: "working", since: Math.max(program.at, at), ...detailOf(signal) } : reported;
}

function whileBusy(program: AgentProgram, { state }: AgentSignal, reported: Found): Found {
  if (state === "working") return { ...reported, since: Math.min(program.at, reported.since) };
  return program.at > reported.since || state === "starting" ? ofProgram(program) : reported;
}

function whileIdle(program: AgentProgram, signal: AgentSignal, reported: Found): Found {
  if (signal.state === "starting") return program.interactive ? { state: "idle", since: reported.since } : reported;
  const isExpected = ["idle", "failed"].includes(signal.state) || signal.for === "limit";
  if (isExpected || program.at <= reported.since) return reported;
  const own = ofProgram(program);
  return signal.state === "ended" ? own : { ...own, detail: "interrupted" };
}

function ofProgram({ status, waitingFor, at }: AgentProgram): Found {
  if (status === "idle") return { state: "idle", since: at };
  if (status === "busy") return { state: "working", since: at };
  return { state: "waiting", for: waitingFor === "input needed" ? "answer" : "approval", since: at };
}

function ofSignal(signal: AgentSignal): Omit<AgentState, "since"> {
  const { state, for: reason, until, detail } = signal;
  return {
    state,
    ...(reason === undefined ? {} : { for: reason }),
    ...(until === undefined ? {} : { until }),
    ...(detail === undefined ? {} : { detail }),
  };
}

function detailOf({ detail }: AgentSignal): { detail?: string } {
  return detail === undefined ? {} : { detail };
}

/** A run does not end before the commands do that its agent left running: it waits for them, and works. */
function isInBackground(run: Observed["run"], last: Observed["last"], { state, detail }: Found): boolean {
  if (run?.state !== "running" || state !== "idle" || last?.signal?.state !== "idle" || detail === undefined)
    return false;
  return detail === last.signal.detail && run.conversation === last.signal.conversation;
}

/** A run goes on while no program of the agent lives: before the first report, and until a usage limit ends. */
function withRun({ run, last }: Observed, found: Found): Found {
  if (isInBackground(run, last, found)) return { ...found, state: "working" };
  if (run === undefined || !["none", "ended", "unknown"].includes(found.state)) return found;
  const detail = run.detail === undefined ? {} : { detail: run.detail };
  const since = (time: string | undefined): number => Date.parse(time ?? run.createdAt);
  if (run.state === "created") return { state: "starting", since: since(run.createdAt), ...detail };
  if (run.state === "running" && found.detail !== "killed")
    return { state: "starting", since: since(run.startedAt), ...detail };
  if (run.state === "waiting" && run.until !== undefined)
    return { state: "waiting", for: "limit", until: run.until, since: found.since, ...detail };
  const isItsEnd = run.conversation !== undefined && run.conversation === last?.signal?.conversation;
  if (run.state === "failed" && isItsEnd) return { state: "failed", since: since(run.endedAt), ...detail };
  return found;
}
