import type { ContainerSummary } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import type { SessionRecord } from "../record/record.ts";
import { besideFolders } from "./remove-beside.ts";
import { volumesOf } from "./remove-from-engine.ts";
import { containersOf } from "../inspect/observe.ts";

/** How many names of one home folder are listed. */
const named = 5;
/** Folders that never hold work, in any home folder. */
const noise = new Set([".cache"]);

/**
 * What is removed with a session's containers and is not in its clone: volumes made for it, folders that replace those next to
 * the project, and files in home folders. One line each. It is reported before the removal and does not prevent it.
 */
export async function goesAlong(ctx: Context, record: SessionRecord): Promise<string[]> {
  const homes = await homeFolders(ctx, await containersOf(ctx, record));
  const volumes = await volumesOf(ctx, record);
  return [...homes, ...volumes.map((name) => `volume ${name}`), ...(await besideFolders(ctx, record))];
}

/** Files in the home folders of these containers that are not from their images. A container that cannot be listed is reported as such. */
export async function homeFolders(ctx: Context, containers: readonly ContainerSummary[]): Promise<string[]> {
  const lines = await Promise.all(
    containers.map(async ({ id, name }) => {
      try {
        return describeHomes(name, await ctx.engine.changedPaths(id));
      } catch (error) {
        ctx.signal.throwIfAborted();
        ctx.log(`changes in container ${name}: ${String(error)}`);
        return [`files in container ${name} outside the clone (they cannot be listed)`];
      }
    }),
  );
  return lines.flat();
}

/** Pure. @param paths as the engine reports them, including parent folders */
export function describeHomes(container: string, paths: readonly string[]): string[] {
  const homes = new Map<string, Set<string>>();
  for (const path of paths) {
    const [, home, entry] = /^(\/root|\/home\/[^/]+)\/([^/]+)/.exec(path) ?? [];
    if (home === undefined || entry === undefined || noise.has(entry)) continue;
    homes.set(home, (homes.get(home) ?? new Set()).add(entry));
  }
  return [...homes].map(([home, entries]) => {
    // Files that a person put there come first, then those that programs keep.
    const names = [...entries].toSorted((a, b) => Number(a.startsWith(".")) - Number(b.startsWith(".")));
    const more = names.length > named ? ` and ${names.length - named} more` : "";
    return `${home} of container ${container}: ${names.slice(0, named).join(", ")}${more}`;
  });
}
