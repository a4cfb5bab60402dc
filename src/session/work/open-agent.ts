import { randomUUID } from "node:crypto";
import type { OneSession } from "../../contract/remote/requests.ts";
import type { Opened, OpenRequest } from "../../contract/work/calls.ts";
import type { RunView } from "../../contract/work/run.ts";
import { CoworkError, usageError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";
import { appendHistory } from "../../work/history/append.ts";
import { activeRun, readRun, readRunRequest } from "../../work/runs/run-files.ts";
import { type Launch, writeLaunch } from "../connect/launch.ts";
import { hasAgentWindow, openAgentWindow } from "../connect/tmux.ts";
import { paneEnvironment } from "../connect/tmux-plan.ts";
import { agentOf } from "../record/agent.ts";
import type { SessionRecord } from "../record/record.ts";
import { requireRecord } from "../record/records.ts";
import { endActiveRun } from "./active-run.ts";

/**
 * Starts the agent in its own window of the host's tmux. If a run is active, the person is asked whether it ends; its conversation
 * goes on in the terminal.
 * @throws RUN_ACTIVE if the answer is no, AGENT_UNAVAILABLE, USAGE for a prompt to a program of `AGENT_COMMAND`
 */
export async function openAgent(ctx: Context, selector: OneSession, request: OpenRequest): Promise<Opened> {
  const record = await requireRecord(ctx, selector);
  const { name } = record;
  const agent = agentOf(record);
  if (agent !== undefined && agent.terminal === undefined)
    throw new CoworkError("AGENT_UNAVAILABLE", `${agent.title} cannot be opened in a terminal.`);
  if (agent === undefined && request.prompt !== undefined)
    throw usageError(`Session ${name} has the program of AGENT_COMMAND, which gets no prompt from cowork.`, [
      ownCommand("open", name),
    ]);
  const lock = { what: `the agent of ${name}`, busy: "SESSION_BUSY", waitMs: 120_000 } as const;
  return await withLock(ctx, `open-${record.id}`, lock, async (signal) => {
    const inner = { ...ctx, signal };
    if (await hasAgentWindow(inner, record.id)) return { how: "running" };
    const run = await takeOver(inner, record);
    await writeLaunch(inner, record.id, launchOf(inner, record, { selector, request, run }));
    const [agentPane, shell] = (["agent", "shell"] as const).map(
      (window) => [...inner.self, "__host", "window", record.id, window] as unknown as readonly [string, ...string[]],
    ) as [readonly [string, ...string[]], readonly [string, ...string[]]];
    const plan = { id: record.id, command: agentPane, shell, env: paneEnvironment(inner.env) };
    const how = (await openAgentWindow(inner, plan)) ? "launched" : "here";
    const data = { by: ctx.user.name, agent: record.agent, ...(run === undefined ? {} : { run: run.id }) };
    await appendHistory(inner, record.id, [{ source: "person", type: "agent.opened", data }]);
    return { how, ...(run === undefined ? {} : { run }) };
  });
}

/** Whether the agent has a window of the host's tmux. */
export async function agentWindow(ctx: Context, selector: OneSession): Promise<{ open: boolean }> {
  return { open: await hasAgentWindow(ctx, (await requireRecord(ctx, selector)).id) };
}

/** Ends the active run in order. @returns that run, as it ended */
async function takeOver(ctx: Context, record: SessionRecord): Promise<RunView | undefined> {
  const run = await activeRun(ctx, record.id);
  if (run === undefined) return undefined;
  const text = `Run ${run.id} is active in ${record.name}: ${plain(run.title)}`;
  const question = `${text}. End it, and go on with its conversation in this terminal?`;
  if ((await ctx.ask({ kind: "confirm", text: question })) !== true) throw stillActive(record, text);
  await endActiveRun(ctx, record, { force: true, doing: "Opening it here" });
  // Two programs must not write to one conversation.
  if ((await activeRun(ctx, record.id)) !== undefined) throw stillActive(record, `Run ${run.id} did not end in time.`);
  return readRun(ctx, record.id, run.n);
}

function stillActive({ name }: SessionRecord, message: string): CoworkError {
  return new CoworkError("RUN_ACTIVE", message, {
    hint: steps`say more to it: ${ownCommand("send", name, "<text>")}; or follow it: ${ownCommand("logs", name, "-f")}`,
  });
}

interface Wanted {
  selector: OneSession;
  request: OpenRequest;
  /** its conversation goes on */
  run: RunView | undefined;
}

function launchOf(ctx: Context, record: SessionRecord, { selector, request, run }: Wanted): Launch {
  const { settings, prompt } = request;
  const { connect } = settings;
  const connecting = { selector, settings, tmux: false, ...(connect === undefined ? {} : { connect }) };
  const model = run?.model ?? settings.model;
  const base = { request: connecting, ...(model === undefined ? {} : { model }) };
  if (run?.startedAt !== undefined && run.conversation !== undefined) {
    const { conversation } = run;
    return { ...base, conversation, resume: true, ...(prompt === undefined ? {} : { prompt }) };
  }
  // A run that had not started has no conversation yet: its task is the first prompt.
  const task = prompt ?? (run === undefined ? undefined : readRunRequest(ctx, record.id, run.n)?.prompt);
  return { ...base, conversation: randomUUID(), resume: false, ...(task === undefined ? {} : { prompt: task }) };
}
