import pLimit from "p-limit";
import { makeClone } from "../../clone/make/make.ts";
import { loadCli } from "../../devcontainer/cli/cli.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, pathExists } from "../../system/files/files.ts";
import { homeId } from "../../system/home-id.ts";
import { withLock } from "../../system/locks.ts";
import { plain } from "../../system/text.ts";
import { bringUp } from "./bring-up.ts";
import { carryMissing, carryIn } from "./carry-in.ts";
import { changeNotes } from "./change-note.ts";
import { recordedAgent } from "../record/agent.ts";
import { sessionId } from "../record/names.ts";
import { lockWait, lostItsLock, reportFailure, sayWaiting } from "./outcome.ts";
import { agreeToPlan, planSessions, type SessionsPlan } from "./plan.ts";
import { prepareDevcontainer } from "./prepare.ts";
import { recordAgentAgreement } from "./repository-agent.ts";
import { unhideSession } from "../record/hidden.ts";
import { readRecord, writeRecord, type SessionRecord } from "../record/record.ts";
import { writeRemoteTips } from "../inspect/remote-tips.ts";
import type { InitRequest, Outcome } from "../types.ts";
import { finished, unfinishedError } from "../record/unfinished.ts";
import { viewSession } from "../inspect/view.ts";
import { containersOf, observe, sessionLock } from "../inspect/observe.ts";

/**
 * Creates sessions, or completes those that were interrupted, several at once. The user is asked for trust before anything is
 * made. Sessions are independent: one that fails leaves a record with the error, and the same command tries again.
 * @throws what planning and trust throw; an error of one session is its outcome
 */
export async function createSessions(ctx: Context, request: InitRequest): Promise<Outcome[]> {
  // The engine's slowest answer: it arrives while the plan and the clones are made, and the image needs it.
  ctx.engine.info().catch(() => undefined);
  const plan = await planSessions(ctx, request);
  await agreeToPlan(ctx, request, plan);
  const { home, sessions, stateRoot } = ctx.paths;
  for (const folder of [home, sessions, stateRoot]) await ensureFolder(folder, { mode: 0o700 });
  const limit = pLimit(request.settings.concurrency);
  return Promise.all(request.sessions.map((wanted) => limit(() => createOne(ctx, request, plan, wanted))));
}

type Wanted = InitRequest["sessions"][number];

async function createOne(ctx: Context, request: InitRequest, plan: SessionsPlan, wanted: Wanted): Promise<Outcome> {
  const { name } = wanted;
  const id = sessionId(request.project.name, name);
  const onWait = (): void => sayWaiting(ctx, name, "plan");
  const notes: string[] = [];
  try {
    return await withLock(ctx, sessionLock(id), { waitMs: lockWait, onWait, busy: "SESSION_BUSY" }, async (signal) => {
      const record = await completeSession({ ...ctx, signal }, request, plan, wanted, notes);
      const observed = await observe(ctx, id, await containersOf(ctx, record));
      const session = viewSession(record, { ...observed, busy: false }, ctx.paths);
      return { name, ok: true, session, exitCode: 0, notes };
    });
  } catch (error) {
    const outcome = { ...reportFailure(ctx, name, "ready", error), notes };
    const record = await readRecord(ctx, id).catch(() => undefined);
    if (record === undefined) return outcome;
    const observed = await observe(ctx, id, await containersOf(ctx, record).catch(() => []));
    return { ...outcome, session: viewSession(record, { ...observed, busy: false }, ctx.paths) };
  }
}

/** Takes one session through all steps, under its lock. A step that is done already does nothing. */
async function completeSession(
  ctx: Context,
  request: InitRequest,
  plan: SessionsPlan,
  { name }: Wanted,
  notes: string[],
): Promise<SessionRecord> {
  const id = sessionId(request.project.name, name);
  const start = plan.starts.get(name);
  if (start === undefined) throw new Error(`no plan for ${name}`);
  // It loads while the clone and the image are made.
  await using cli = request.options.noStart ? undefined : loadCli(ctx);
  let record = (await readRecord(ctx, id)) ?? newRecord(ctx, request, { name, start });
  // If the project was moved, the record follows it.
  record = { ...record, projectRoot: request.project.root };
  try {
    if (record.phase !== "ready") await writeRecord(ctx, (record = { ...record, phase: "creating" }));
    record = await stepClone(ctx, request, record, notes);
    ctx.signal.throwIfAborted();
    const isNew = record.devcontainer === undefined;
    record = await stepDevcontainer(ctx, request, plan, record, notes);
    if (isNew) {
      notes.push(...changeNotes(record.devcontainer?.changes ?? [], name));
      const agreement = plan.commits.get(record.start.commit)?.agent;
      if (agreement !== undefined) notes.push(...(await recordAgentAgreement(ctx, record, agreement)));
    }
    ctx.signal.throwIfAborted();
    if (cli !== undefined) {
      record = await unhideSession(ctx, record);
      record = await bringUp(ctx, record, request.settings, notes, cli);
    }
    ctx.signal.throwIfAborted();
    // A failed lifecycle command is reported as the session's error, but the session exists and can be entered.
    record = { ...(record.unfinished === undefined ? finished(record) : record), phase: "ready" };
    await writeRecord(ctx, record);
    const failure = unfinishedError(record);
    if (failure !== undefined) throw failure;
    ctx.report({ session: name, step: "ready", state: "done" });
    return record;
  } catch (error) {
    // A session that was ready keeps its phase: only this attempt failed, and its error is still reported.
    // If the lock was lost, another command has the session and writes its record.
    if (record.phase !== "ready" && !lostItsLock(ctx))
      await writeRecord(ctx, { ...record, phase: "failed", error: toCoworkError(error).toView() }).catch(
        () => undefined,
      );
    throw error;
  }
}

async function stepClone(
  ctx: Context,
  request: InitRequest,
  record: SessionRecord,
  notes: string[],
): Promise<SessionRecord> {
  const path = ctx.paths.clone(record.id);
  if (record.cloned && (await pathExists(path))) {
    const next = await carryMore(ctx, request, record);
    notes.push(...notCarried(request, next));
    return next;
  }
  ctx.report({ session: record.name, step: "clone", state: "start" });
  if (record.cloned) {
    notes.push("the clone was missing and was created again from the session's start commit");
    // Its container still has the removed folder mounted.
    for (const container of await containersOf(ctx, record)) await ctx.engine.removeContainer(container.id);
  }
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  const { project, source } = request;
  const result = await makeClone(ctx, { source, path, start: record.start, origin: project.origin, uid, gid });
  notes.push(...result.notes);
  ctx.report({ session: record.name, step: "clone", state: "done" });
  // Before the clone is recorded as made: no work is in it yet, and an interrupted run repeats this step.
  const carried = await carryIn(ctx, request.carry, record, notes);
  await writeRemoteTips(ctx, record.id, result.remoteTips);
  const next = { ...record, cloned: true, carried };
  await writeRecord(ctx, next);
  return next;
}

/** Nothing has run in the clone before its dev container is configured, so files that a failed attempt missed can still be copied in. */
async function carryMore(ctx: Context, request: InitRequest, record: SessionRecord): Promise<SessionRecord> {
  if (record.devcontainer !== undefined) return record;
  const more = await carryMissing(ctx, request.carry, record);
  if (more.length === 0) return record;
  const next = { ...record, carried: [...new Set([...record.carried, ...more])] };
  await writeRecord(ctx, next);
  return next;
}

/** Files are copied into a new clone only: in an existing one they may have been changed. */
function notCarried({ carry }: InitRequest, { name, carried }: SessionRecord): string[] {
  const left = carry.files.filter((path) => !carried.includes(path));
  if (left.length === 0) return [];
  const files = `${left
    .slice(0, 3)
    .map((path) => plain(path))
    .join(", ")}${left.length > 3 ? ` and ${left.length - 3} more` : ""}`;
  return [
    `not copied: ${files}: the clone already existed; to make a new one: cowork clean ${name}, then cowork init ${name}`,
  ];
}

async function stepDevcontainer(
  ctx: Context,
  request: InitRequest,
  plan: SessionsPlan,
  record: SessionRecord,
  notes: string[],
): Promise<SessionRecord> {
  if (record.devcontainer !== undefined) return record;
  const commit = plan.commits.get(record.start.commit);
  if (commit === undefined) {
    // Another command has started to create the session meanwhile, from another commit.
    throw new CoworkError("SESSION_INCOMPLETE", `Another command started to create session ${record.name}.`, {
      hint: [ownCommand("init", record.name)],
    });
  }
  const { project, settings, options } = request;
  const configName = options.configName ?? settings.devcontainer;
  const named = configName === undefined ? {} : { configName };
  return prepareDevcontainer(ctx, record, { ...commit, ...named, project, settings, notes, isFresh: true });
}

function newRecord(ctx: Context, request: InitRequest, { name, start }: Wanted): SessionRecord {
  const { project, settings } = request;
  return {
    schema: 1,
    id: sessionId(project.name, name),
    name,
    project: project.name,
    projectRoot: project.root,
    folder: project.folder,
    rootCommit: project.rootCommit,
    createdAt: ctx.clock.now().toISOString(),
    phase: "creating",
    start,
    ...recordedAgent(settings),
    cloned: false,
    volumes: [],
    images: [],
    carried: [],
    home: homeId(ctx.paths),
  };
}
