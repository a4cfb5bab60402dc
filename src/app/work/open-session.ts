import type { Opened } from "../../contract/work/calls.ts";
import { fromView, usageError } from "../../errors.ts";
import { sessionAt } from "../../project/find-place.ts";
import { refuseOther } from "../../session/record/agent.ts";
import type { ConnectIo } from "../../session/session-host.ts";
import { plain } from "../../system/text.ts";
import { emitNote } from "../sessions/outcomes.ts";
import type { Scope } from "../scope.ts";
import { freeName } from "./free-name.ts";
import { agentOfTarget, settingsFor, withAgent } from "./agent-choice.ts";
import { requireLogin } from "./require-login.ts";
import { createTargets, findTarget, type NewSession, type RunTarget } from "./run-target.ts";

/** The options of `open`. */
export interface OpenOptions {
  /** absent: a new session with a name that is free */
  session: string | undefined;
  prompt: string | undefined;
  fresh: NewSession;
}

export interface OpenedSession {
  target: RunTarget;
  /** how the agent was started */
  how: Opened["how"];
  /** exit code of what the terminal showed */
  code: number;
  /** the agent still runs in its window */
  isOpen: boolean;
}

/** Longest prompt in bytes: it is an argument of the agent's program, and one argument has 128 KiB at most. */
const maxPrompt = 64 * 1024;

/**
 * Shows the agent of a session on the caller's terminal, until this terminal leaves it. The session is created and started, and the
 * agent launched with the prompt, if need be; to an agent that runs the prompt is sent.
 * @throws NOT_LOGGED_IN before anything is created, AGENT_BUSY, RUN_ACTIVE, what `init` and `start` throw
 */
export async function openSession(scope: Scope, options: OpenOptions, io: ConnectIo): Promise<OpenedSession> {
  const { prompt } = options;
  if (prompt !== undefined && prompt.trim() === "") throw usageError("The prompt is empty.", "cowork open <session>");
  if (prompt !== undefined && Buffer.byteLength(prompt) > maxPrompt) {
    throw usageError("The prompt is longer than 64 KiB.", "cowork run <session> -F FILE");
  }
  // In the clone of a session, that one is meant.
  const isInClone = sessionAt(scope.ctx.paths, scope.folder) !== undefined;
  const word = options.session ?? (isInClone ? undefined : await freeName(scope));
  const target = await findTarget(scope, word, "open");
  const wanted = options.fresh.agent;
  if (target.agent !== undefined) refuseOther({ name: target.name, agent: target.agent }, wanted);
  const { settings: resolved } = await target.scope.resolve({ askTrust: true, flags: { AGENT: wanted } });
  refuseNewOptions(target, options.fresh);
  const configured = wanted === undefined ? resolved.agent : (await target.scope.settings()).agent;
  const settings = settingsFor(target, withAgent(resolved, wanted), { wanted, configured });
  const { host, selector } = target;
  await requireLogin(host, agentOfTarget(target, settings), configured);
  if (target.isNew) await createTargets(scope, [target], options.fresh);
  else await start(target, settings);
  const how = await launch(target, { prompt, settings });
  const { connect } = settings;
  const request = { selector, settings, window: "agent", ...(connect === undefined ? {} : { connect }) } as const;
  const code = await host.connect({ ...request, tmux: how !== "here" }, io);
  return { target, how, code, isOpen: (await host.agentWindow(selector)).open };
}

type Settings = Awaited<ReturnType<Scope["settings"]>>;

async function start({ host, selector }: RunTarget, settings: Settings): Promise<void> {
  const views = await host.list(selector);
  if (views.every(({ state }) => state === "running")) return;
  const failed = (await host.start(selector, { settings })).find(({ ok }) => !ok);
  if (failed?.error !== undefined) throw fromView(failed.error);
}

async function launch(
  target: RunTarget,
  { prompt, settings }: { prompt: string | undefined; settings: Settings },
): Promise<Opened["how"]> {
  const { host, selector, scope, name } = target;
  const opened = await host.agentOpen(selector, { settings, ...(prompt === undefined ? {} : { prompt }) });
  if (opened.how === "running" && prompt !== undefined) await host.send(selector, { text: prompt, settings });
  if (opened.run !== undefined) emitNote(scope, `run ${opened.run.id} has ended; its conversation goes on here`);
  if (opened.how === "here") {
    emitNote(scope, `tmux is not installed on the host of ${name}: leaving the agent ends it`);
  }
  return opened.how;
}

function refuseNewOptions({ isNew, name }: RunTarget, { from, branch, carry }: NewSession): void {
  if (isNew || (from === undefined && branch === undefined && !carry)) return;
  const message = `Session ${plain(name)} exists: --from, --branch and --carry are for new sessions.`;
  throw usageError(message, `cowork open ${plain(name)}`);
}
