import type { ContainerSummary, MountInfo } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import type { Paths } from "../../system/paths.ts";
import { homeOf, label } from "../record/labels.ts";
import { composeProjectName } from "../record/names.ts";
import type { SessionRecord } from "../record/record.ts";

/** The fields of a record that decide which containers are the session's. */
export type Owner = Pick<SessionRecord, "id" | "home" | "container" | "containers">;

/**
 * Selects a session's containers, the dev container first. Labels only find candidates, because a container inherits the labels
 * of its image. A container is the session's if it is on record, or has the session's clone (or the folder that cowork mounts
 * with it) mounted from exactly its path. Pure.
 */
export function ownContainers<T extends ContainerSummary>(
  { paths }: { paths: Paths },
  owner: Owner,
  candidates: readonly T[],
): T[] {
  return inOrder(
    paths,
    owner,
    candidates.filter((one) => isCandidate(paths, owner, one) && isProven(paths, owner, one)),
  );
}

/**
 * Like `ownContainers`, but also asks the engine for details: mounts that its list leaves out, and Compose services of an
 * interrupted `up` that are not on record. Returns the containers that carry the session's labels but are not its own, too.
 */
export async function sortContainers(
  ctx: Pick<Context, "paths" | "engine">,
  owner: Owner,
  candidates: readonly ContainerSummary[],
): Promise<{ own: ContainerSummary[]; foreign: ContainerSummary[] }> {
  const { paths } = ctx;
  const own: ContainerSummary[] = [];
  const foreign: ContainerSummary[] = [];
  for (const one of candidates.filter((each) => isCandidate(paths, owner, each))) {
    const isOwn = isProven(paths, owner, one) || (await isProvenByMore(ctx, owner, one));
    (isOwn ? own : foreign).push(one);
  }
  return { own: inOrder(paths, owner, own), foreign };
}

function isCandidate(paths: Paths, owner: Owner, { labels }: ContainerSummary): boolean {
  return labels[label.session] === owner.id && labels[label.home] === homeOf({ paths }, owner);
}

function isProven(paths: Paths, owner: Owner, one: ContainerSummary): boolean {
  return isOnRecord(owner, one) || one.mounts.some((mount) => isOfSession(paths, owner, mount));
}

function isOnRecord(owner: Owner, { id }: ContainerSummary): boolean {
  return owner.container?.id === id || (owner.containers ?? []).includes(id);
}

/** No configuration of a project can get these paths mounted by itself: cowork asks before it accepts such a mount. */
function isOfSession(paths: Paths, { id }: Owner, { type, source }: MountInfo): boolean {
  // Docker Desktop reports where its virtual machine has the host's files.
  const path = source.replace(/^\/host_mnt(?=\/)/, "");
  const clone = paths.clone(id);
  return type === "bind" && (path === clone || path.startsWith(`${clone}/`) || path === paths.container(id));
}

async function isProvenByMore(
  { paths, engine }: Pick<Context, "paths" | "engine">,
  owner: Owner,
  candidate: ContainerSummary,
): Promise<boolean> {
  const detail = await engine.findContainer(candidate.id);
  if (detail === undefined) return false;
  if (isProven(paths, owner, detail)) return true;
  // A service that mounts nothing of the session. Labels that its image does not have were set by the container's creator: Compose.
  const project = composeProjectName(homeOf({ paths }, owner), owner.id);
  if (detail.labels[label.composeProject] !== project) return false;
  return !(await isLabelledByImage({ engine }, detail));
}

/** True if the image carries a session's labels, so that the container's labels prove nothing; also if the image cannot be found. */
export async function isLabelledByImage(
  { engine }: Pick<Context, "engine">,
  { imageId }: Pick<ContainerSummary, "imageId">,
): Promise<boolean> {
  const image = await engine.findImage(imageId);
  return image === undefined || [label.session, label.composeProject].some((name) => image.labels[name] !== undefined);
}

function inOrder<T extends ContainerSummary>(paths: Paths, owner: Owner, containers: readonly T[]): T[] {
  const clone = paths.clone(owner.id);
  const rank = (one: T): number => {
    if (one.id === owner.container?.id) return 0;
    return one.labels[label.localFolder] === clone ? 1 : 2;
  };
  return containers.toSorted((a, b) => rank(a) - rank(b));
}
