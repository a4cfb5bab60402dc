import type { MountInfo } from "../../engine/types.ts";
import { besideFolder } from "./beside.ts";
import { isOwnPlace } from "../judge/judge-target.ts";
import type { TableMount } from "./mount-table.ts";
import type { ExtraMount } from "../types.ts";
import { isWithin } from "../source/tree-path.ts";

/** What was planned, and agreed to, before the containers of a session were made. */
export interface PlannedMounts {
  clone: string;
  beside: string;
  /** counted from the clone */
  cloneBinds: readonly string[];
  /** cowork's own, in the dev container */
  ours: readonly ExtraMount[];
  /** the configuration asked for something of the host and got a yes: then its own mounts are not known in every spelling */
  isAgreed: boolean;
}

/** What a container really has. */
export interface RealMounts {
  /** as the engine tells it */
  mounts: readonly MountInfo[];
  /** as the kernel does, where it can be asked: with links of the image resolved */
  table?: readonly TableMount[];
  /** where the clone and the session's folder beside it lie, in the kernel's terms */
  places?: readonly Omit<TableMount, "target">[];
}

/**
 * What is mounted in a container and was not judged, as one line: the net under everything that reads a configuration.
 * @param isMain the dev container: only there cowork has mounts of its own
 * @returns undefined when all is as planned
 */
export function wrongMount(planned: PlannedMounts, real: RealMounts, isMain: boolean): string | undefined {
  return (
    (isMain ? wrongOwn(planned.ours, real) : undefined) ??
    wrongSource(planned, real.mounts) ??
    wrongPlace(planned, real)
  );
}

/** Is everything of ours there, as it was planned, and nothing else in those places? */
function wrongOwn(ours: readonly ExtraMount[], { mounts, table }: RealMounts): string | undefined {
  for (const { source, target, readOnly = false } of ours) {
    const found = mounts.find((one) => one.destination === target);
    if (found?.type !== "bind" || found.source !== source || found.writable === readOnly) {
      return `${target} is not cowork's own folder`;
    }
  }
  const targets = ours.map(({ target }) => target);
  const foreign = mounts.find((one) => isOwnPlace(one.destination) && !targets.includes(one.destination));
  if (foreign !== undefined) return `${foreign.destination} is mounted over cowork's own files`;
  return table === undefined ? undefined : wrongInTable(targets, table);
}

/** A link in the image leads a mount elsewhere than its target says: away from our places, or into them. */
function wrongInTable(targets: readonly string[], table: readonly TableMount[]): string | undefined {
  const there = table.map(({ target }) => target).filter(isOwnPlace);
  const missing = targets.find((target) => !there.includes(target));
  if (missing !== undefined) return `${missing} of the image leads elsewhere`;
  const more = there.find((target, at) => !targets.includes(target) || there.indexOf(target) !== at);
  return more === undefined ? undefined : `${more} is mounted over cowork's own files`;
}

/** Of a configuration that asked for nothing, nothing of the host is mounted but what is the session's. */
function wrongSource(planned: PlannedMounts, mounts: readonly MountInfo[]): string | undefined {
  if (planned.isAgreed) return undefined;
  const known = new Set([
    planned.clone,
    ...planned.ours.map(({ source }) => source),
    ...planned.cloneBinds.map((path) => hostPath(planned, path)),
  ]);
  const other = mounts.find(({ type, source }) => type === "bind" && !known.has(source));
  return other === undefined ? undefined : `${other.source} of this host is mounted at ${other.destination}`;
}

function hostPath({ clone, beside }: PlannedMounts, path: string): string {
  return path.startsWith("..") ? `${beside}/${besideFolder(path)}` : `${clone}/${path}`;
}

/** What is mounted from the session's folders lies in them, whatever the path led to when the container started. */
function wrongPlace({ clone, beside }: PlannedMounts, { mounts, table, places }: RealMounts): string | undefined {
  if (table === undefined || places === undefined) return undefined;
  const ofSession = mounts.filter(
    ({ type, source }) => type === "bind" && [clone, beside].some((at) => isWithin(source, at)),
  );
  for (const { source, destination } of ofSession) {
    const found = table.findLast(({ target }) => target === destination);
    if (found === undefined) continue;
    const isInside = places.some(
      ({ device, root }) => device === found.device && isWithin(found.root, root === "/" ? "" : root),
    );
    if (!isInside) return `${source} led to ${found.root} when the container started`;
  }
  return undefined;
}
