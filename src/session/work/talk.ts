import { randomUUID } from "node:crypto";
import type { OneSession } from "../../contract/remote/requests.ts";
import type { SendRequest, Sent } from "../../contract/work/calls.ts";
import { atMost } from "../../contract/work/permissions.ts";
import type { RunRequest, RunView } from "../../contract/work/run.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { takeInRequests } from "../../work/approvals/take-in.ts";
import { appendHistory } from "../../work/history/append.ts";
import { activeRun, readRunRequest, readRuns } from "../../work/runs/run-files.ts";
import { writeToRun } from "../../work/runs/run-input.ts";
import { runEnded, stopRun } from "../../work/runs/stop-run.ts";
import { isInTerminal } from "../../work/state/in-terminal.ts";
import type { WorkPlace } from "../../work/types.ts";
import { containersOf } from "../inspect/observe.ts";
import { devContainer } from "../inspect/view.ts";
import { requireRecord } from "../record/records.ts";
import { findTerminalAgent, interruptTerminal, sendToTerminal } from "./terminal-agent.ts";
import { workPlace } from "./place.ts";
import { startRun } from "./runs.ts";

/** How long a run may take no text, in ms: its session starts, or its work is committed and its files are written. */
const patienceMs = 60_000;
const retryMs = 1_000;

/**
 * Says more to the agent: to the active run, else to the agent that `open` started, else in a new run that continues the last one's
 * conversation.
 * @throws AGENT_BUSY while a question is open, the run is in the queue or waits for the usage limit, or the agent runs in another
 * terminal; NO_CONVERSATION; what `startRun` throws
 */
export async function sendPrompt(ctx: Context, selector: OneSession, request: SendRequest): Promise<Sent> {
  const { text } = request;
  const place = await placeOf(ctx, selector);
  const open = await takeInRequests(ctx, place);
  if (open.length > 0) {
    throw new CoworkError("AGENT_BUSY", `The agent in ${place.name} waits for an answer to its question.`, {
      hint: [ownCommand("approvals")],
    });
  }
  const run = await writePrompt(ctx, selector, request);
  if (run !== undefined) return { how: "run", run };
  const terminal = await findTerminalAgent(ctx, place);
  if (terminal !== undefined) {
    await sendToTerminal(ctx, place, terminal, text);
    await journal(ctx, place, "prompt.sent", { how: "typed", ...saidOf(request) });
    return { how: "typed" };
  }
  if (await isInTerminal(ctx, place)) throw inTerminal(place, "type it there");
  const resumed = await startRun(ctx, selector, continuing(ctx, place, request));
  await journal(ctx, place, "prompt.sent", { run: resumed.id, how: "resumed", ...saidOf(request) });
  return { how: "resumed", run: resumed };
}

/**
 * Writes to the active run. One that starts its session or is about to end takes no text, which lasts a moment.
 * @returns undefined if no run is active, or not any more
 */
async function writePrompt(ctx: Context, selector: OneSession, request: SendRequest): Promise<RunView | undefined> {
  const until = ctx.clock.now().getTime() + patienceMs;
  for (;;) {
    // Again each time: the run may have started the container meanwhile.
    const place = await placeOf(ctx, selector);
    const run = await activeRun(ctx, place.id);
    if (run === undefined) return undefined;
    if (run.queued !== undefined) throw busyRun(place, run, "is in the queue");
    if (run.until !== undefined) throw busyRun(place, run, "waits for the end of the usage limit");
    if (place.agent.run?.input !== "lines")
      throw busyRun(place, run, `takes no more text: ${place.agent.title} runs one prompt at a time`);
    const line = run.state === "created" ? undefined : place.agent.run.prompt(request.text);
    if (line !== undefined && (await writeToRun(ctx, place, run.n, line))) {
      await journal(ctx, place, "prompt.sent", { run: run.id, how: "run", ...saidOf(request) });
      return run;
    }
    if (ctx.clock.now().getTime() >= until) throw busyRun(place, run, "takes no text now");
    await runEnded(ctx, place, retryMs);
  }
}

function busyRun({ name }: WorkPlace, { id }: RunView, why: string): CoworkError {
  return new CoworkError("AGENT_BUSY", `Run ${id} ${why}.`, {
    hint: steps`${ownCommand("wait", name)}, or ${ownCommand("interrupt", name)}`,
  });
}

/** The request of the last run that has a conversation, with the new prompt. */
function continuing(ctx: Context, { id, name }: WorkPlace, request: SendRequest): RunRequest {
  const { text: prompt, settings, most } = request;
  const last = readRuns(ctx, id).find(({ startedAt, conversation }) => startedAt && conversation);
  if (last === undefined) {
    throw new CoworkError("NO_CONVERSATION", `The agent in ${name} has no conversation that could be continued.`, {
      hint: [ownCommand("run", name, "<text>")],
    });
  }
  const { permissions, action, model } = last;
  const { budget, timeoutMs, runs } = settings;
  const before = readRunRequest(ctx, id, last.n) ?? { action, permissions, commit: "auto", ...(model && { model }) };
  const granted = { permissions: atMost(before.permissions, most) };
  return { ...before, ...granted, prompt, budget, timeoutMs, resume: "last", runs, settings };
}

/**
 * Interrupts what the agent of the active run does. The run ends as stopped by the user if nothing follows; one that has no process,
 * because it is in the queue or waits for the usage limit, ends at once. The agent that `open` started gets Esc.
 * @returns `run`, `agent`, or `nothing` if there is nothing to interrupt
 * @throws AGENT_BUSY if the agent runs in another terminal: no signal interrupts it there without ending it
 */
export async function interruptAgent(
  ctx: Context,
  selector: OneSession,
  { by }: { by: string },
): Promise<{ how: string }> {
  const place = await placeOf(ctx, selector);
  const run = await activeRun(ctx, place.id);
  if (run === undefined) {
    const terminal = await findTerminalAgent(ctx, place);
    if (terminal === undefined) {
      if (await isInTerminal(ctx, place)) throw inTerminal(place, "press Esc there");
      return { how: "nothing" };
    }
    if (!(await interruptTerminal(ctx, place, terminal))) return { how: "nothing" };
    await journal(ctx, place, "agent.interrupted", { how: "typed", by: plain(by).slice(0, 100) });
    return { how: "agent" };
  }
  const line = place.agent.run?.interrupt?.(randomUUID());
  const hasProcess = run.state !== "created" && run.until === undefined && line !== undefined;
  const done =
    (hasProcess && (await writeToRun(ctx, place, run.n, line))) || (await stopRun(ctx, place, run.n, { by }));
  if (!done) return { how: "nothing" };
  await journal(ctx, place, "agent.interrupted", { run: run.id, by: plain(by).slice(0, 100) });
  return { how: "run" };
}

async function placeOf(ctx: Context, selector: OneSession): Promise<WorkPlace> {
  const record = await requireRecord(ctx, selector);
  return workPlace(record, devContainer(await containersOf(ctx, record)));
}

function inTerminal({ name, agent }: WorkPlace, then: string): CoworkError {
  return new CoworkError(
    "AGENT_BUSY",
    `${agent.title} runs in a terminal of ${name} that was not opened with cowork open, and cannot be typed to.`,
    {
      hint: steps`${ownCommand("connect", name)} and ${then}`,
    },
  );
}

async function journal(ctx: Context, { id }: WorkPlace, type: string, data: Record<string, string>): Promise<void> {
  await appendHistory(ctx, id, [{ source: "person", type, data: { by: ctx.user.name, ...data } }]);
}

/** What the journal keeps of a prompt: its first line, and what it came through. */
function saidOf({ text, through }: SendRequest): Record<string, string> {
  const detail = plain(text.trim().split("\n")[0] ?? "").slice(0, 200);
  return { detail, ...(through === undefined ? {} : { through: plain(through).slice(0, 100) }) };
}
