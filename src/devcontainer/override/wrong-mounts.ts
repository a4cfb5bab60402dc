import type { MountInfo } from "../../engine/types.ts";
import { besideFolder } from "./beside.ts";
import { isOwnPlace } from "../judge/judge-target.ts";
import type { TableMount } from "./mount-table.ts";
import type { ExtraMount } from "../types.ts";
import { isWithin } from "../source/tree-path.ts";

/** The mounts that were planned and agreed to before the containers of a session were made. */
export interface PlannedMounts {
  clone: string;
  beside: string;
  /** relative to the clone */
  cloneBinds: readonly string[];
  /** cowork's own mounts in the dev container */
  ours: readonly ExtraMount[];
  /** the user agreed to something of the host, so not all forms of the configuration's mounts are known */
  isAgreed: boolean;
}

/** The mounts that a container actually has. */
export interface RealMounts {
  /** as reported by the engine */
  mounts: readonly MountInfo[];
  /** as reported by the kernel, if it is available; with links of the image resolved */
  table?: readonly TableMount[];
  /** the clone and the session's folder for outside mounts, as device and path in the file system */
  places?: readonly Omit<TableMount, "target">[];
}

/**
 * Finds a mount of a container that was not judged, and describes it in one line. This is the safety net in case a configuration
 * was read incorrectly.
 * @param isMain true for the dev container, the only one where cowork has its own mounts
 * @returns undefined if everything is as planned
 */
export function wrongMount(planned: PlannedMounts, real: RealMounts, isMain: boolean): string | undefined {
  return (
    (isMain ? wrongOwn(planned.ours, real) : undefined) ??
    wrongSource(planned, real.mounts) ??
    wrongPlace(planned, real)
  );
}

/** Checks that all of cowork's mounts are as planned, and that nothing else is mounted in those places. */
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

/** A link in the image can redirect a mount: away from our folders, or into them. */
function wrongInTable(targets: readonly string[], table: readonly TableMount[]): string | undefined {
  const there = table.map(({ target }) => target).filter(isOwnPlace);
  const missing = targets.find((target) => !there.includes(target));
  if (missing !== undefined) return `${missing} is a link in the image that leads to another place`;
  const more = there.find((target, at) => !targets.includes(target) || there.indexOf(target) !== at);
  return more === undefined ? undefined : `${more} is mounted over cowork's own files`;
}

/** If a configuration requested nothing of the host, only the session's own folders may be mounted from the host. */
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

/** Everything mounted from the session's folders must be inside them, whatever the path led to when the container started. */
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
