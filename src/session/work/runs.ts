import type { Writable } from "node:stream";
import type { OneSession, Selector } from "../../contract/remote/requests.ts";
import type { RunRequest, RunView } from "../../contract/work/run.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { loginStep, ownCommand, steps } from "../../hint.ts";
import { startJob } from "../../jobs/start-job.ts";
import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";
import { createRun } from "../../work/runs/create-run.ts";
import { noRun } from "../../work/runs/no-run.ts";
import { readRun, readRuns, writeRun } from "../../work/runs/run-files.ts";
import { saveRunFiles } from "../../work/runs/save-run.ts";
import { runEnded, stopRun } from "../../work/runs/stop-run.ts";
import { readLaunch } from "../connect/launch.ts";
import { hasAgentWindow } from "../connect/tmux.ts";
import { insideOf } from "../inspect/inside-of.ts";
import { checkStartable } from "../lifecycle/startable.ts";
import type { SessionRecord } from "../record/record.ts";
import { requireRecord, selectRecords } from "../record/records.ts";
import { workPlace } from "./place.ts";

/**
 * Creates a run and the process that supervises it, and returns once that process is alive. The session may be stopped: the run
 * starts it.
 * @throws NOT_LOGGED_IN before anything is created, RUN_ACTIVE, RUN_NOT_FOUND, NO_CONVERSATION, what `start` throws about the session
 */
export async function startRun(ctx: Context, selector: OneSession, request: RunRequest): Promise<RunView> {
  const record = await requireRecord(ctx, selector);
  await checkStartable(ctx, record);
  const place = workPlace(record, undefined);
  if (place.agent.run === undefined)
    throw new CoworkError("AGENT_UNAVAILABLE", `${place.agent.title} cannot run unattended.`);
  checkPath(request.path);
  const login = await place.agent.login.read(ctx);
  if (login.state !== "ok")
    throw new CoworkError(
      "NOT_LOGGED_IN",
      `${place.agent.title} is not logged in on this host: ${plain(login.detail)}`,
      {
        hint: [loginStep(place.agent.id, request.settings.agent)],
      },
    );
  const lock = { what: `the runs of ${record.name}`, busy: "SESSION_BUSY" } as const;
  return await withLock(ctx, `run-start-${record.id}`, { ...lock, waitMs: 60_000 }, async (signal) => {
    const inner = { ...ctx, signal };
    await refuseIfOpen(inner, record, request);
    const run = await createRun(inner, place, request);
    const { n, sessionId } = run;
    try {
      const args = [{ sessionId, n }];
      // The creation time: a session of the same name may have had a run with this number before.
      await startJob(inner, { method: "runSupervise", args, subject: [sessionId, n, run.createdAt] });
    } catch (error) {
      const { message } = toCoworkError(error);
      await writeRun(ctx, { ...run, state: "failed", detail: plain(message), endedAt: ctx.clock.now().toISOString() });
      throw error;
    }
    return readRun(ctx, sessionId, n) ?? run;
  });
}

/** A conversation that is open in a terminal has its writer there. */
async function refuseIfOpen(ctx: Context, { id, name }: SessionRecord, { resume }: RunRequest): Promise<void> {
  if (resume === undefined) return;
  const runs = readRuns(ctx, id);
  const run = resume === "last" ? runs.find(({ startedAt }) => startedAt !== undefined) : readRun(ctx, id, resume);
  if (run === undefined || readLaunch(ctx, id)?.conversation !== run.conversation) return;
  if (!(await hasAgentWindow(ctx, id))) return;
  throw new CoworkError("AGENT_BUSY", `The conversation of run ${run.id} is open in the terminal of ${name}.`, {
    hint: steps`${ownCommand("open", name)} and end the agent there`,
  });
}

/** A path is below the clone: the agent starts there. */
function checkPath(path: string | undefined): void {
  if (path === undefined || (!path.startsWith("/") && !path.split("/").includes(".."))) return;
  throw new CoworkError("USAGE", `${plain(path)} is not a folder below the session's clone.`, {
    hint: "give a path relative to the root of the repository",
  });
}

/** Runs of the selected sessions, the newest first. A record that cannot be read has none. */
export async function listRuns(ctx: Context, selector: Selector, wanted: { n?: number }): Promise<RunView[]> {
  const entries = await selectRecords(ctx, selector);
  const runs = entries.flatMap(({ id }) => {
    if (wanted.n === undefined) return readRuns(ctx, id);
    const run = readRun(ctx, id, wanted.n);
    return run === undefined ? [] : [run];
  });
  const [only] = entries;
  if (wanted.n !== undefined && runs.length === 0 && entries.length === 1 && only !== undefined)
    throw noRun("record" in only ? only.record.name : only.id, wanted.n);
  return runs.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt) || b.n - a.n);
}

/** How long a run may take to end in order, in ms. */
const endMs = 120_000;

/**
 * Ends an active run, whatever it does, and waits for its end. Changes nothing if it has ended.
 * @returns the run as it is then: still active if its process does not end
 * @throws RUN_NOT_FOUND
 */
export async function endRun(
  ctx: Context,
  selector: OneSession,
  { n, by }: { n: number; by: string },
): Promise<RunView> {
  const { id, name } = await requireRecord(ctx, selector);
  if (await stopRun(ctx, { id }, n, { by: plain(by).slice(0, 100) })) await runEnded(ctx, { id }, endMs);
  const run = readRun(ctx, id, n);
  if (run === undefined) throw noRun(name, n);
  return run;
}

/** Writes the artifacts of a run as a tar stream. @throws RUN_NOT_FOUND */
export async function saveRun(ctx: Context, selector: OneSession, n: number, out: Writable): Promise<void> {
  const record = await requireRecord(ctx, selector);
  const run = readRun(ctx, record.id, n);
  if (run === undefined) throw noRun(record.name, n);
  const git = async (): ReturnType<typeof insideOf> => await insideOf(ctx, record);
  await saveRunFiles(ctx, { place: workPlace(record, undefined), run, git }, out);
}
