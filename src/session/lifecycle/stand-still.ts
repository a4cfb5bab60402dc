import { checkBinds, hasBinds } from "../../devcontainer/override/check-binds.ts";
import { startSequence } from "../../devcontainer/compose/start-order.ts";
import { readSnapshot } from "../../devcontainer/override/snapshot.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import type { ContainerSummary } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { isWithin } from "../../devcontainer/source/tree-path.ts";
import { plain } from "../../system/text.ts";
import { label } from "../record/labels.ts";
import type { SessionRecord } from "../record/record.ts";
import { isAlive, stopContainers } from "./stop.ts";

const composeService = "com.docker.compose.service";

/**
 * Comes right before every start of a session's containers. The engine finds what a mount leads to at that moment and follows
 * links, so nothing may run that could put one there: where paths inside the clone are mounted, whatever of the session still
 * runs is stopped, and then the paths are looked at. What starts first afterwards, Compose is told (compose/start-order.ts).
 * @throws UP_FAILED when a path is a link, or when another container has the clone mounted and runs
 */
export async function standStill(ctx: Context, record: SessionRecord): Promise<void> {
  if (!(await hasBinds(ctx, record.id))) return;
  // In order: where a lifecycle command failed, somebody may be inside, and an agent too.
  for (const line of await stopContainers(ctx, record)) ctx.log(`${record.name}: ${line}`);
  await checkAlone(ctx, record);
  await checkBinds(ctx, record);
}

/**
 * Starts containers that were stopped for a while, past Compose: with the same care, and in the order that Compose would keep.
 * Each is tried, whatever becomes of the others, but none when they must not be started.
 * @returns one line for each that could not be started
 */
export async function startStopped(
  ctx: Context,
  record: SessionRecord,
  containers: readonly ContainerSummary[],
): Promise<string[]> {
  const again = `cowork start ${record.name}`;
  try {
    await standStill(ctx, record);
  } catch (error) {
    return [`its containers were not started again: ${toCoworkError(error).message} Next: ${again}`];
  }
  const { compose } = (await readSnapshot(ctx, record.id)) ?? {};
  const sequence = compose === undefined ? [] : startSequence(compose.canonical);
  const place = ({ labels }: ContainerSummary): number => sequence.indexOf(labels[composeService] ?? "");
  const failed: string[] = [];
  // The dev container may use the network of a service that no plan names.
  const isMain = ({ labels }: ContainerSummary): number => Number(labels[label.localFolder] !== undefined);
  for (const { id, name } of containers.toSorted((a, b) => place(a) - place(b) || isMain(a) - isMain(b))) {
    try {
      await ctx.engine.startContainer(id);
    } catch (error) {
      ctx.log(`start container ${name} again: ${String(error)}`);
      failed.push(`its container ${plain(name)} could not be started again: ${again}`);
    }
  }
  return failed;
}

/** By what is mounted, whatever labels it has: somebody's own container may work in the clone as well. */
async function checkAlone(ctx: Context, { id, name }: SessionRecord): Promise<void> {
  const places = [ctx.paths.clone(id), ctx.paths.beside(id)];
  const running = (await ctx.engine.listContainers({})).filter(isAlive);
  const found = await Promise.all(running.map((one) => ctx.engine.findContainer(one.id)));
  const other = found.find((one) =>
    one?.mounts.some(
      ({ type, source, writable }) => type === "bind" && writable && places.some((place) => isWithin(source, place)),
    ),
  );
  if (other === undefined) return;
  throw new CoworkError(
    "UP_FAILED",
    `${plain(name)} cannot be started while the container ${plain(other.name)} has its clone mounted.`,
    { hint: `docker stop ${plain(other.name)}, then run the same command again` },
  );
}
