import { loadCli } from "../../devcontainer/cli/cli.ts";
import { planDevcontainer } from "../../devcontainer/plan.ts";
import { folderSource } from "../../devcontainer/source/source-folder.ts";
import { followLinks } from "../../devcontainer/source/source-links.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { bringUp } from "./bring-up.ts";
import { homeFolders } from "../clean/also-removed.ts";
import { changeNotes } from "./change-note.ts";
import type { RebuildRequest } from "../session-host.ts";
import { planAgreed } from "./complete-plan.ts";
import { prepareDevcontainer } from "./prepare.ts";
import { unhideSession } from "../record/hidden.ts";
import { writeRecord, type SessionRecord } from "../record/record.ts";
import { checkStartable } from "./startable.ts";
import { stopContainers } from "./stop.ts";
import { agree } from "./trust.ts";
import { finished } from "../record/unfinished.ts";
import { configFolder } from "./workspace.ts";
import { containersOf } from "../inspect/observe.ts";
import { endActiveRun } from "../work/active-run.ts";

/**
 * Reads the configuration from the clone as it is now, asks for trust if it changed, and creates image and container again.
 * Clone, conversations and login stay. The old container is removed only when the new image exists: a configuration that does
 * not build leaves the session as it was.
 */
export async function rebuildSession(
  ctx: Context,
  record: SessionRecord,
  request: RebuildRequest,
  notes: string[],
): Promise<SessionRecord> {
  await checkStartable(ctx, record);
  await endActiveRun(ctx, record, { force: request.force ?? false, doing: "Rebuilding its container" });
  const { project, settings } = request;
  const source = followLinks(folderSource(ctx.paths.clone(record.id), `the clone of ${record.name}`));
  const { path, configName: before } = record.devcontainer ?? {};
  const configName = request.configName ?? settings.devcontainer ?? before;
  const config = configName === undefined ? {} : { configName };
  const wanted = { settings, ...config, ...(typeof path === "string" ? { within: configFolder(path) } : {}) };
  const first = await planDevcontainer(ctx, source, wanted);
  await agree(ctx, project, { findings: first.findings, hash: first.trustHash });
  const plan = first.isReduced === true ? await planAgreed(ctx, source, { ...wanted, project, first }) : first;
  const prepared = await prepareDevcontainer(ctx, record, {
    source,
    plan,
    project,
    settings,
    notes,
    isFresh: false,
    ...config,
  });
  if (plan.config["initializeCommand"] !== undefined) {
    notes.push("initializeCommand was not run: it would run files from the clone, where the agent can write");
  }
  for (const line of await homeFolders(ctx, await containersOf(ctx, record))) {
    notes.push(`removed with the old container: ${line}`);
    const detail = `removed with the old container: ${plain(line)}`;
    ctx.report({ session: record.name, step: "container", state: "note", detail });
  }
  notes.push(...changeNotes(plan.changes, record.name));
  notes.push(...(await stopContainers(ctx, prepared)));
  ctx.signal.throwIfAborted();
  // Only containers: the session's volumes hold what the user put there.
  for (const { id } of await containersOf(ctx, record)) await ctx.engine.removeContainer(id);
  await using cli = loadCli(ctx);
  const shown = await unhideSession(ctx, finished(prepared));
  const started = await bringUp(ctx, shown, settings, notes, cli);
  await writeRecord(ctx, started);
  return started;
}
