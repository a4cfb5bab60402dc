import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunRequest, RunView } from "../../contract/work/run.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, writeFileAtomic } from "../../system/files/files.ts";
import { errorCode } from "../../system/files/open-folder.ts";
import { plain } from "../../system/text.ts";
import { appendHistory } from "../history/append.ts";
import type { WorkPlace } from "../types.ts";
import { noRun } from "./no-run.ts";
import { crashed, readRun, readRunFile, readRuns, runNumbers, writeRun } from "./run-files.ts";
import { isActive } from "./run-state.ts";

/**
 * Creates a run: its number and its files. The caller holds the lock that starts of runs in this session use.
 * @throws RUN_ACTIVE, RUN_NOT_FOUND, NO_CONVERSATION
 */
export async function createRun(ctx: Context, place: WorkPlace, request: RunRequest): Promise<RunView> {
  const { id, name } = place;
  await refuseIfActive(ctx, place);
  const resumed = request.resume === undefined ? undefined : findResumed(ctx, place, request.resume);
  const n = await allocate(ctx, id);
  const folder = ctx.paths.run(id, n);
  const title = plain(request.prompt.trim().split("\n")[0] ?? "").slice(0, 100);
  const view: RunView = {
    id: `${name}:${n}`,
    n,
    session: name,
    sessionId: id,
    project: place.project,
    host: "local",
    agent: place.agent.id,
    action: request.action,
    title: title === "" ? request.action : title,
    state: "created",
    createdAt: ctx.clock.now().toISOString(),
    workedMs: 0,
    permissions: request.permissions,
    cost: 0,
    budget: place.agent.run?.priced === false ? 0 : request.budget,
    timeoutMs: request.timeoutMs,
    turns: 0,
    tokens: { input: 0, output: 0 },
    denials: 0,
    artifacts: [],
    // Known before the agent starts, so that its requests can be recognized, unless the agent makes its ids.
    ...(resumed?.conversation === undefined
      ? place.agent.run?.ownIds === true
        ? {}
        : { conversation: randomUUID() }
      : { conversation: resumed.conversation }),
    ...(place.agent.run?.priced === false ? { unpriced: true } : {}),
    ...(request.model === undefined ? {} : { model: request.model }),
    ...(resumed === undefined ? {} : { resumes: resumed.n }),
  };
  await writeFileAtomic(join(folder, "request.json"), JSON.stringify(request), { mode: 0o600 });
  await writeFileAtomic(join(folder, "prompt.md"), request.prompt, { mode: 0o600 });
  await writeRun(ctx, view);
  await appendHistory(ctx, id, [
    { source: "person", type: "run.created", data: { run: view.id, agent: view.agent, detail: view.title } },
  ]);
  return view;
}

/** A run that a crash ended is made final. */
async function refuseIfActive(ctx: Context, { id, name }: WorkPlace): Promise<void> {
  for (const n of runNumbers(ctx, id)) {
    const run = readRun(ctx, id, n);
    if (run === undefined) continue;
    if (isActive(run))
      throw new CoworkError("RUN_ACTIVE", `Run ${run.id} is active in ${name}: ${run.title}`, {
        hint: steps`say more to it: ${ownCommand("send", name, "<text>")}; or wait for its end: ${ownCommand("wait", name)}`,
      });
    if (readRunFile(ctx, id, n)?.state === run.state) continue;
    await writeRun(ctx, { ...crashed(run), endedAt: ctx.clock.now().toISOString() });
    const data = { run: run.id, state: "stopped", reason: "crash", detail: "stopped (crash)" };
    await appendHistory(ctx, id, [{ source: "cowork", type: "run.ended", data }]);
  }
}

function findResumed(ctx: Context, { id, name }: WorkPlace, wanted: number | "last"): RunView {
  const run =
    wanted === "last" ? readRuns(ctx, id).find((one) => one.startedAt !== undefined) : readRun(ctx, id, wanted);
  if (run === undefined && wanted !== "last") throw noRun(name, wanted);
  if (run?.conversation === undefined || run.startedAt === undefined)
    throw new CoworkError("NO_CONVERSATION", `Session ${name} has no conversation of a run that could be continued.`, {
      hint: [ownCommand("runs", name)],
    });
  return run;
}

/** Creating the folder allocates the number. */
async function allocate(ctx: Context, id: string): Promise<number> {
  await ensureFolder(ctx.paths.runs(id), { mode: 0o700 });
  for (let n = (runNumbers(ctx, id)[0] ?? 0) + 1; ; n += 1) {
    try {
      await mkdir(ctx.paths.run(id, n), { mode: 0o700 });
      return n;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw toCoworkError(error);
    }
  }
}
