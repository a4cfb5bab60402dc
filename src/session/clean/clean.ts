import { readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, pathExists } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";
import type { StillHeld } from "../../system/locks.ts";
import { removeTree } from "../../system/files/tree.ts";
import { archiveWork } from "./archive.ts";
import { alsoRemoved } from "./also-removed.ts";
import type { CleanOptions, CleanOutcome } from "../session-host.ts";
import { inspectClone, type CloneReport } from "../inspect/inspect-clone.ts";
import { forEachSession } from "../lifecycle/outcome.ts";
import type { SessionRecord } from "../record/record.ts";
import { selectRecords } from "../record/records.ts";
import { removeSiblingFolders } from "./remove-sibling-folders.ts";
import { removeFromEngine } from "./remove-from-engine.ts";
import { isAlive } from "../lifecycle/stop.ts";
import { stopAndInspect } from "./stop-and-inspect.ts";
import type { Selector } from "../types.ts";
import type { ProjectClient } from "../project-client.ts";
import { containersOf } from "../inspect/observe.ts";
import { endActiveRun } from "../work/active-run.ts";
import { forgetGone, refreshClaims } from "../work/claims.ts";

/**
 * Removes sessions: container, what was made for it, clone, record. Refuses a session with unsaved work; `force` removes it
 * anyway and lists what was lost. `dryRun` removes nothing and returns the outcome that the real run would have.
 */
export async function cleanSessions(
  ctx: Context,
  user: ProjectClient,
  selector: Selector,
  options: CleanOptions,
): Promise<CleanOutcome[]> {
  const entries = await selectRecords(ctx, selector, { toEnd: true });
  const outcomes = await forEachSession(
    ctx,
    entries,
    { concurrency: options.concurrency, step: "remove" },
    (record, inner, stillHeld) => cleanOne(inner, record, { ...options, user, stillHeld }),
  );
  return outcomes.map((outcome) => ({ unsaved: [], removed: [], ...outcome }));
}

type Wanted = CleanOptions & { user: ProjectClient; stillHeld: StillHeld };

async function cleanOne(ctx: Context, record: SessionRecord, options: Wanted): Promise<CleanOutcome> {
  if (!options.dryRun) await endActiveRun(ctx, record, { force: options.force, doing: "Removing the session" });
  ctx.report({ session: record.name, step: "check", state: "start" });
  const ranBefore = (await containersOf(ctx, record)).some(isAlive);
  const report = await reportOn(ctx, record, options);
  const { unsaved } = report;
  if (unsaved.length > 0 && !options.force) return refused(ctx, record, report);
  const going = [...report.replaced, ...(await alsoRemoved(ctx, record))];
  if (options.dryRun) return done(record, { unsaved, going, removed: [`session ${record.name}`] });

  for (const detail of going)
    ctx.report({ session: record.name, step: "remove", state: "note", detail: `also removed: ${plain(detail)}` });
  ctx.report({ session: record.name, step: "remove", state: "start" });
  const look = options.force ? undefined : (): Promise<CloneReport> => reportOn(ctx, record, options);
  const late = await stopAndInspect(ctx, record, { ranBefore, look });
  if (late !== undefined) return refused(ctx, record, late);
  await options.stillHeld();
  const trashed = await moveToTrash(ctx, record.id);
  await options.stillHeld();
  const removed = await removeFromEngine(ctx, record);
  await options.stillHeld();
  removed.push(...(await removeSiblingFolders(ctx, record)));
  await options.stillHeld();
  const archive = options.purge ? undefined : await archiveWork(ctx, record);
  await removeTree(ctx.paths.state(record.id));
  await refreshClaims(ctx, [record]);
  await forgetGone(ctx, record.project);
  for (const folder of trashed) await removeTree(folder);
  ctx.report({ session: record.name, step: "remove", state: "done" });
  return done(record, { unsaved, going, removed: [...removed, `clone ${ctx.paths.clone(record.id)}`] }, archive);
}

async function reportOn(ctx: Context, record: SessionRecord, { user, precious, merged }: Wanted): Promise<CloneReport> {
  const work = merged?.[record.name];
  if (work === undefined) return await inspectClone(ctx, record, user, precious);
  const { excuseMerged } = await import("./excuse-merged.ts");
  return await inspectClone(ctx, record, user, precious, async (holdings, inside) =>
    excuseMerged(inside, record, holdings, work),
  );
}

/** A single rename moves the clone away, so that a crash while deleting never leaves half a clone as a session. */
async function moveToTrash(ctx: Context, id: string): Promise<string[]> {
  const { trash } = ctx.paths;
  await ensureFolder(trash, { mode: 0o700 });
  const clone = ctx.paths.clone(id);
  if (await pathExists(clone)) await rename(clone, join(trash, `${id}@${ctx.clock.now().getTime()}`));
  // Includes what an earlier, interrupted clean of this session left. An id contains no `@`.
  const left = await readdir(trash);
  return left.filter((name) => name.slice(0, name.lastIndexOf("@")) === id).map((name) => join(trash, name));
}

function refused(ctx: Context, record: SessionRecord, { unsaved, hint }: CloneReport): CleanOutcome {
  const { name } = record;
  const error = new CoworkError("WORK_UNSAVED", `Session ${name} has unsaved work.`, { hint });
  ctx.report({ session: name, step: "check", state: "failed", detail: "has unsaved work" });
  return { name, ok: false, error: error.toView(), exitCode: error.exitCode, notes: [], unsaved, removed: [] };
}

type Gone = Pick<CleanOutcome, "unsaved" | "going" | "removed">;

function done(record: SessionRecord, gone: Gone, archive?: string): CleanOutcome {
  const notes = archive === undefined ? [] : [`conversations and runs are kept in ${archive}`];
  return { name: record.name, ok: true, exitCode: 0, notes, ...gone };
}
