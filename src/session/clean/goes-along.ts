import type { ContainerSummary } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import type { SessionRecord } from "../record/record.ts";
import { besideFolders } from "./remove-beside.ts";
import { volumesOf } from "./remove-from-engine.ts";
import { containersOf } from "../inspect/observe.ts";

/** How many names of one home folder a line carries. */
const named = 5;
/** In nobody's home folder is this anybody's work. */
const noise = new Set([".cache"]);

/**
 * What goes with a session's containers and is in no clone: volumes that were made for it, folders in place of those beside the project, and what lies in home folders. One
 * line each; it is told before it goes, and keeps nothing from going.
 */
export async function goesAlong(ctx: Context, record: SessionRecord): Promise<string[]> {
  const homes = await homeFolders(ctx, await containersOf(ctx, record));
  const volumes = await volumesOf(ctx, record);
  return [...homes, ...volumes.map((name) => `volume ${name}`), ...(await besideFolders(ctx, record))];
}

/** What lies in the home folders of these containers and is not of their images. What cannot be listed is said to be there. */
export async function homeFolders(ctx: Context, containers: readonly ContainerSummary[]): Promise<string[]> {
  const lines = await Promise.all(
    containers.map(async ({ id, name }) => {
      try {
        return describeHomes(name, await ctx.engine.changedPaths(id));
      } catch (error) {
        ctx.signal.throwIfAborted();
        ctx.log(`changes in container ${name}: ${String(error)}`);
        return [`what container ${name} holds outside the clone, which cannot be listed`];
      }
    }),
  );
  return lines.flat();
}

/** Pure. @param paths as the engine names them, folders on the way among them */
export function describeHomes(container: string, paths: readonly string[]): string[] {
  const homes = new Map<string, Set<string>>();
  for (const path of paths) {
    const [, home, entry] = /^(\/root|\/home\/[^/]+)\/([^/]+)/.exec(path) ?? [];
    if (home === undefined || entry === undefined || noise.has(entry)) continue;
    homes.set(home, (homes.get(home) ?? new Set()).add(entry));
  }
  return [...homes].map(([home, entries]) => {
    // What somebody has put there shows first, then what programs keep.
    const names = [...entries].toSorted((a, b) => Number(a.startsWith(".")) - Number(b.startsWith(".")));
    const more = names.length > named ? ` and ${names.length - named} more` : "";
    return `${home} of container ${container}: ${names.slice(0, named).join(", ")}${more}`;
  });
}
