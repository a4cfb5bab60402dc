import type { Context } from "../../system/context.ts";
import { homeOf, label } from "../record/labels.ts";
import { composeProjectName } from "../record/names.ts";
import type { SessionRecord } from "../record/record.ts";
import { containersOf } from "../inspect/observe.ts";

/** Names of the volumes that are removed with a session. */
export async function volumesOf(ctx: Context, record: SessionRecord): Promise<string[]> {
  const ours = { [label.session]: record.id, [label.home]: homeOf(ctx, record) };
  const labelled = [await ctx.engine.listVolumes(ours), await ctx.engine.listVolumes(composeLabels(ctx, record))];
  return [...new Set([...record.volumes, ...labelled.flat()])];
}

/** By name, not from the record: an `up` that was killed leaves things that no record lists. */
function composeLabels(ctx: Context, record: SessionRecord): Record<string, string> {
  return { [label.composeProject]: composeProjectName(homeOf(ctx, record), record.id) };
}

/**
 * Removes what the engine holds for one session alone: its containers, then the volumes, networks and images made for it.
 * Shared images and containers that merely carry its labels stay. Something that is already gone does not cause an error.
 * @returns what was removed, one line each
 */
export async function removeFromEngine(ctx: Context, record: SessionRecord): Promise<string[]> {
  const removed: string[] = [];
  const compose = composeLabels(ctx, record);
  for (const container of await containersOf(ctx, record)) {
    await ctx.engine.removeContainer(container.id);
    removed.push(`container ${container.name}`);
  }
  const volumes = await volumesOf(ctx, record);
  for (const network of await ctx.engine.listNetworks(compose)) {
    if (await ctx.engine.removeNetwork(network.id)) removed.push(`network ${network.name}`);
  }
  for (const name of volumes) if (await ctx.engine.removeVolume(name)) removed.push(`volume ${name}`);
  for (const ref of record.images) if (await ctx.engine.removeImage(ref)) removed.push(`image ${ref}`);
  return removed;
}
