import { planDevcontainer } from "../devcontainer/plan.ts";
import { folderSource } from "../devcontainer/source-folder.ts";
import { followLinks } from "../devcontainer/source-links.ts";
import type { Context } from "../system/context.ts";
import { bringUp } from "./bring-up.ts";
import type { RebuildRequest } from "./host-part.ts";
import { prepareDevcontainer } from "./prepare.ts";
import { writeRecord, type SessionRecord } from "./record.ts";
import { checkStartable } from "./startable.ts";
import { stopContainers } from "./stop.ts";
import { agree } from "./trust.ts";
import { containersOf } from "./world.ts";

/**
 * Takes the config anew from the clone, as it lies there now, asks for trust where it changed, makes image and container again.
 * Clone, conversations and login stay. The old container goes only when the new image is there: a config that does not build
 * leaves the session as it was.
 */
export async function rebuildSession(
  ctx: Context,
  record: SessionRecord,
  request: RebuildRequest,
  notes: string[],
): Promise<SessionRecord> {
  await checkStartable(ctx, record);
  const { project, settings } = request;
  const source = followLinks(folderSource(ctx.paths.clone(record.id), `the clone of ${record.name}`));
  const { path, configName: before } = record.devcontainer ?? {};
  const configName = request.configName ?? settings.devcontainer ?? before;
  const plan = await planDevcontainer(ctx, source, {
    settings,
    ...(configName === undefined ? {} : { configName }),
    ...(typeof path === "string" ? { within: configFolder(path) } : {}),
  });
  notes.push(...(plan.notes ?? []));
  await agree(ctx, project, { findings: plan.findings, hash: plan.trustHash });
  const prepared = await prepareDevcontainer(ctx, record, {
    source,
    plan,
    project,
    settings,
    isFresh: false,
    ...(configName === undefined ? {} : { configName }),
  });
  if (plan.config["initializeCommand"] !== undefined) {
    notes.push("initializeCommand was not run: what it would run lies in the clone, where the agent can write");
  }
  notes.push(...(await stopContainers(ctx, prepared)));
  // Containers only: volumes of the session hold what its user put there.
  for (const { id } of await containersOf(ctx, record.id)) await ctx.engine.removeContainer(id);
  const started = await bringUp(ctx, prepared, settings, notes);
  await writeRecord(ctx, started);
  return started;
}

/** The folder that a configuration is for, so that one of a part of the repository is found again. */
function configFolder(path: string): string {
  return path.replace(/(^|\/)\.devcontainer(\.json|\/.*)$/, "");
}
