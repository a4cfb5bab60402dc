import { commandAgent } from "../../contract/agents.ts";
import type { ContainerSummary } from "../../engine/types.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { readyAgent } from "../lifecycle/agent-ready.ts";
import { connectSession, type ConnectTarget } from "./connect.ts";
import type { ConnectOptions } from "./connect-plan.ts";
import { sessionEnvironment } from "./environment.ts";
import type { ConnectIo, ConnectRequest } from "../session-host.ts";
import { readInside, shouldReportLogin } from "./login-note.ts";
import { locked } from "../lifecycle/outcome.ts";
import { ownContainers } from "../inspect/own-containers.ts";
import type { SessionRecord } from "../record/record.ts";
import { requireRecord } from "../record/records.ts";
import { agentOf } from "../record/agent.ts";
import { type OwnProgram, writeOwnProgram } from "../../work/state/own-program.ts";
import { followTerminal } from "./agent-terminal.ts";
import { launchCommand, readLaunch } from "./launch.ts";
import { closeAgentRelays, openAgentRelay, rememberAgent } from "./ssh-agent.ts";
import { paneEnvironment } from "./tmux-plan.ts";
import { unfinishedError } from "../record/unfinished.ts";
import { devContainer } from "../inspect/view.ts";
import { containersOf, takePrefetched } from "../inspect/observe.ts";

/**
 * Runs a shell or a command inside a session; a stopped session is started first. With `tmux` the shell runs in the host's
 * tmux, and this terminal shows another `connect` without `tmux`, in a pane.
 * @returns the exit code of the shell or command
 * @throws SESSION_NOT_FOUND, SESSION_INCOMPLETE, CLONE_MISSING, what `up` throws, INTERRUPTED
 */
export async function enterSession(ctx: Context, request: ConnectRequest, io: ConnectIo): Promise<number> {
  const record = await requireRecord(ctx, request.selector);
  const started = await ensureRunning(ctx, record, request, io);
  const { ready: hold } = started;
  warnUnfinished(ctx, started.record);
  const { sshAgent } = request.settings;
  await (sshAgent ? rememberAgent : closeAgentRelays)(ctx, started.record.id);
  if (request.tmux) {
    await hold;
    const code = await inTmux(ctx, started.record, request, io);
    if (code !== undefined) return code;
    const detail = "tmux is not installed on this host: closing this terminal ends what runs in it";
    ctx.report({ session: started.record.name, step: "start", state: "note", detail });
  }
  const target = await findTarget(ctx, started.record, { container: started.container, hold, io });
  const run = async (its: ConnectTarget): Promise<number> => {
    const isAgent = request.window === "agent";
    const code = isAgent
      ? await runAgent(ctx, started.record, its, io)
      : await connectSession(ctx, its, shellOptions(request), io);
    if (io.tty !== undefined) await noteKilled(ctx, started);
    return code;
  };
  if (!sshAgent) return await run(target);
  const relay = await openAgentRelay(ctx, started.record.id);
  if (relay === undefined) {
    const detail =
      "SSH_AGENT is on, but no SSH agent is running: start one with ssh-agent, and add your key with ssh-add";
    ctx.report({ session: started.record.name, step: "start", state: "note", detail });
  }
  try {
    const environment = { ...target.environment, ...relay?.env };
    return await run({ ...target, environment });
  } finally {
    await relay?.close();
  }
}

/** An agent that was killed says nothing, and `list` does not look at processes: it is noted when its terminal ends. */
async function noteKilled(ctx: Context, { record, container }: Running): Promise<void> {
  try {
    const [{ checkAgentState }, { knownAgentPlace }] = await Promise.all([
      import("../../work/state/check-state.ts"),
      import("../work/place.ts"),
    ]);
    const place = knownAgentPlace(record, container);
    if (place !== undefined) await checkAgentState(ctx, place);
  } catch (error) {
    ctx.log(`${record.id}: the agent's state was not checked: ${String(error)}`);
  }
}

function shellOptions({ command, connect }: ConnectRequest): ConnectOptions {
  return { ...(command === undefined ? {} : { command }), ...(connect === undefined ? {} : { connect }) };
}

/** Runs the agent as `agentOpen` prepared it, on this terminal: a pane of tmux, or without tmux the caller's own. */
async function runAgent(ctx: Context, record: SessionRecord, target: ConnectTarget, io: ConnectIo): Promise<number> {
  const launch = readLaunch(ctx, record.id);
  if (launch === undefined)
    throw new CoworkError("NO_CONVERSATION", `The agent of ${record.name} was not opened.`, {
      hint: [ownCommand("open", record.name)],
    });
  if (record.agent === commandAgent) return await runProgram(ctx, record, target, io);
  const terminal = followTerminal(ctx, record.id, io);
  try {
    const command = launchCommand(record, launch);
    return await connectSession(ctx, { ...target, onPid: terminal.onPid }, { command }, terminal.io);
  } finally {
    terminal.end();
  }
}

/** Runs the program of `AGENT_COMMAND`, and remembers its process: that is all that is known of its state. */
async function runProgram(ctx: Context, record: SessionRecord, target: ConnectTarget, io: ConnectIo): Promise<number> {
  const now = (): string => ctx.clock.now().toISOString();
  let program: OwnProgram | undefined;
  let written = Promise.resolve();
  const write = (next: OwnProgram): void => {
    program = next;
    written = written
      .then(async () => await writeOwnProgram(ctx, record.id, next))
      .catch((error: unknown) => ctx.log(`${record.id}: its program is not on record: ${String(error)}`));
  };
  const onPid = (pid: number): void => write({ pid, startedAt: now() });
  let detail = "killed";
  try {
    const command = launchCommand(record, { conversation: "", resume: false });
    const code = await connectSession(ctx, { ...target, onPid }, { command }, io);
    detail = `exit code ${code}`;
    return code;
  } finally {
    if (program !== undefined) write({ ...program, endedAt: now(), detail });
    await written;
  }
}

/** A session with a failed lifecycle command can be entered, to fix the cause; the failure must be visible. */
function warnUnfinished(ctx: Context, record: SessionRecord): void {
  const failure = unfinishedError(record);
  if (failure === undefined) return;
  const detail = `${failure.message} To run it again: cowork start ${record.name}`;
  ctx.report({ session: record.name, step: "start", state: "note", detail });
}

interface Running {
  record: SessionRecord;
  container: ContainerSummary;
}

/** `ready`: the agent is set up; nothing may start inside before. */
type Entered = Running & { ready: Promise<void> };

/** The usual case, a running session, takes no lock and one request to the engine. */
async function ensureRunning(
  ctx: Context,
  record: SessionRecord,
  request: ConnectRequest,
  io: Pick<ConnectIo, "tty">,
): Promise<Entered> {
  const { selector, settings } = request;
  const notify = async (notes: readonly string[]): Promise<void> => {
    if (notes.length === 0) return;
    const login = shouldReportLogin(record, request, io) ? undefined : await agentOf(record)?.login.read(ctx);
    const unreported = login === undefined || login.state === "ok" ? undefined : login.detail;
    for (const detail of notes) {
      if (detail !== unreported)
        ctx.report({ session: record.name, step: "start", state: "note", detail: readInside(detail) });
    }
  };
  const found = findRunning(ctx, record, takePrefetched(ctx, selector.names[0]));
  const reported: string[] = [];
  if (record.container !== undefined) {
    // Both run at the same time. If the session is not running, its start sets up the agent again.
    const id = found.then(
      (one) => one?.container.id,
      () => undefined,
    );
    const agent = readyAgent(ctx, record, settings, { running: id });
    const ready = agent.then(notify);
    // The caller awaits `ready` and gets the error.
    ready.catch(() => undefined);
    const running = await found;
    if (running !== undefined && record.hidden !== true) return { ...running, ready };
    await ready;
    reported.push(...(await agent));
  }
  const notes: string[] = [];
  // Loaded only now: it is half of the program.
  const { startSession } = await import("../lifecycle/start.ts");
  const started = await locked(ctx, record, "start", (current, inner) => startSession(inner, current, settings, notes));
  await notify(notes.filter((note) => !reported.includes(note)));
  const now = await findRunning(ctx, started);
  if (now !== undefined) return { ...now, ready: Promise.resolve() };
  throw new CoworkError("UP_FAILED", `The dev container of ${record.name} stopped right after it started.`, {
    hint: [ownCommand("logs", record.name)],
  });
}

/** @param ahead a prefetched answer of the engine; if this session is not in it (another spelling, for example), it is asked again */
async function findRunning(
  ctx: Context,
  record: SessionRecord,
  ahead?: ReturnType<typeof takePrefetched>,
): Promise<Running | undefined> {
  if (record.container === undefined) return undefined;
  const known = ownContainers(ctx, record, (await ahead)?.get(record.id) ?? []);
  const container = devContainer(known.length > 0 ? known : await containersOf(ctx, record));
  return container?.state === "running" ? { record, container } : undefined;
}

async function inTmux(
  ctx: Context,
  record: SessionRecord,
  { pane, window }: Pick<ConnectRequest, "pane" | "window">,
  io: ConnectIo,
): Promise<number | undefined> {
  // Loaded here because it loads node:child_process, which a command without tmux does not need.
  const { attachAgentWindow, attachTmux } = await import("./tmux.ts");
  if (window === "agent") return await attachAgentWindow(ctx, record.id, io);
  const command = pane ?? [...ctx.self, "connect", `${record.project}/${record.name}@local`, "--no-tmux"];
  const plan = {
    id: record.id,
    command: command as unknown as readonly [string, ...string[]],
    env: paneEnvironment(ctx.env),
  };
  return await attachTmux(ctx, plan, io);
}

async function findTarget(
  ctx: Context,
  record: SessionRecord,
  { container: { id }, hold, io }: { container: ContainerSummary; hold: Promise<void>; io: ConnectIo },
): Promise<ConnectTarget> {
  const { container } = record;
  if (container === undefined)
    throw new CoworkError("SESSION_INCOMPLETE", `Session ${record.name} was never completed.`, {
      hint: [ownCommand("init", record.name)],
    });
  const { user, workspaceFolder } = container;
  const signal = io.signal === undefined ? ctx.signal : AbortSignal.any([ctx.signal, io.signal]);
  const environment = await sessionEnvironment({ ...ctx, signal }, { ...record, container }, id, hold);
  return { container: { id }, user, workspaceFolder, environment, hold };
}
