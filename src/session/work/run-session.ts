import { readRules } from "../../agent/rules.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { readRunRequest } from "../../work/runs/run-files.ts";
import { isStopAsked } from "../../work/runs/stop-run.ts";
import type { RunContainer, RunSession } from "../../work/runs/types.ts";
import { sessionEnvironment } from "../connect/environment.ts";
import { insideOf } from "../inspect/inside-of.ts";
import { containersOf } from "../inspect/observe.ts";
import { devContainer } from "../inspect/view.ts";
import { readyAgent } from "../lifecycle/agent-ready.ts";
import { locked } from "../lifecycle/outcome.ts";
import { startSession } from "../lifecycle/start.ts";
import { readRecord, type SessionRecord } from "../record/record.ts";
import { unfinishedError } from "../record/unfinished.ts";
import { workPlace } from "./place.ts";

/** What a run needs of its session: the record is read again at each use, because a session changes while a run waits. */
export function runSession(ctx: Context, record: SessionRecord, n: number): RunSession {
  const current = async (): Promise<SessionRecord> => (await readRecord(ctx, record.id)) ?? record;
  return {
    place: workPlace(record, undefined),
    identity: record.devcontainer?.git ?? {},
    start: async (inner) => await startFor(inner, await current(), n),
    git: async (inner) => await insideOf(inner, await current()),
    // A server that the agent adds later was not agreed to either.
    agreedMcp: async (inner) => (await readRules(inner, record.id)).repository === "agreed",
  };
}

function refuseIfStopped(ctx: Context, id: string, n: number): void {
  if (isStopAsked(ctx, id, n)) throw new CoworkError("INTERRUPTED", "The run was stopped before it started.");
}

/** Starts the session if it is stopped. @throws what `start` throws */
async function startFor(ctx: Context, record: SessionRecord, n: number): Promise<RunContainer> {
  const request = readRunRequest(ctx, record.id, n);
  if (request === undefined) throw new CoworkError("RUN_NOT_FOUND", `Run ${n} of ${record.name} cannot be read.`);
  const { settings } = request;
  const started = await locked(ctx, record, "start", async (now, inner) => {
    // The lock was waited for: who stopped the session meanwhile must not find it started again.
    refuseIfStopped(ctx, record.id, n);
    const up = await startSession(inner, now, settings, []);
    await readyAgent(inner, up, settings, { running: Promise.resolve(up.container?.id) });
    return up;
  });
  const failure = unfinishedError(started);
  if (failure !== undefined) throw failure;
  const main = devContainer(await containersOf(ctx, started));
  const { container } = started;
  if (main?.state !== "running" || container === undefined)
    throw new CoworkError("UP_FAILED", `The dev container of ${record.name} stopped right after it started.`, {
      hint: [ownCommand("logs", record.name)],
    });
  const environment = await sessionEnvironment(ctx, { ...started, container }, main.id, Promise.resolve());
  const { user, workspaceFolder, startedAt } = container;
  return { id: main.id, startedAt, user, workspaceFolder, environment };
}
