import type { Settings } from "../../config/types.ts";
import type { Context } from "../../system/context.ts";
import type { RebuildRequest } from "../session-host.ts";
import { forEachSession } from "./outcome.ts";
import { unhideSession } from "../record/hidden.ts";
import { writeRecord, type SessionRecord } from "../record/record.ts";
import { checkStartable } from "./startable.ts";
import { selectRecords } from "../record/records.ts";
import type { Outcome, Selector } from "../types.ts";
import { unfinishedError } from "../record/unfinished.ts";
import { devContainer, viewSession } from "../inspect/view.ts";
import { containersOf, observe } from "../inspect/observe.ts";

/**
 * Starts sessions with their stored configuration: nothing in the clone that the host would evaluate is read. With `rebuild` the
 * configuration is read from the clone first.
 */
export async function startSessions(
  ctx: Context,
  selector: Selector,
  options: { settings: Settings; rebuild?: RebuildRequest },
): Promise<Outcome[]> {
  const { concurrency } = options.settings;
  const all = await selectRecords(ctx, selector);
  // A hidden session is started only by its name.
  const entries = all.filter((one) => selector.names !== undefined || !("record" in one) || one.record.hidden !== true);
  return forEachSession(ctx, entries, { concurrency, step: "start" }, async (record, inner) => {
    const notes: string[] = [];
    const { settings, rebuild } = options;
    const started =
      rebuild === undefined
        ? await startSession(inner, record, settings, notes)
        : await (await import("./rebuild.ts")).rebuildSession(inner, record, rebuild, notes);
    const failure = unfinishedError(started);
    if (failure !== undefined) throw failure;
    const observed = await observe(ctx, record.id, await containersOf(ctx, record));
    const session = viewSession(started, { ...observed, busy: false }, ctx.paths);
    return { name: record.name, ok: true, session, exitCode: 0, notes };
  });
}

/**
 * Starts one session, under its lock. A running session stays as it is, unless a lifecycle command failed in it: that is run
 * again, and if it fails again, the returned record contains the error.
 * @throws SESSION_INCOMPLETE, CLONE_MISSING, and what `up` throws
 */
export async function startSession(
  ctx: Context,
  hidden: SessionRecord,
  settings: Settings,
  notes: string[],
): Promise<SessionRecord> {
  await checkStartable(ctx, hidden);
  const record = await unhideSession(ctx, hidden);
  const container = devContainer(await containersOf(ctx, record));
  const isUp = container?.state === "running" && record.container !== undefined;
  if (isUp && record.unfinished === undefined) return record;
  if (container === undefined && record.container !== undefined)
    notes.push("the container was missing and was created again");
  const [{ bringUp }, { loadCli }] = await Promise.all([
    import("./bring-up.ts"),
    import("../../devcontainer/cli/cli.ts"),
  ]);
  await using cli = loadCli(ctx);
  const started = await bringUp(ctx, record, settings, notes, cli);
  await writeRecord(ctx, started);
  return started;
}
