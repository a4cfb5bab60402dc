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
import { uninterruptible } from "../../system/process/uninterruptible.ts";
import { emptyAnswers } from "../../work/approvals/answers.ts";
import { isAlive, stopContainers } from "./stop.ts";

const composeService = "com.docker.compose.service";

/**
 * Called right before every start of a session's containers. The engine resolves the source of a mount at that moment and follows
 * links, so no program may be running that could create one: if paths inside the clone are mounted, everything of the session that
 * still runs is stopped, and then the paths are checked. Compose then starts services in a safe order (compose/start-order.ts).
 * @throws UP_FAILED when a path is a link, or when another running container has the clone mounted
 */
export async function stopBeforeStart(ctx: Context, record: SessionRecord): Promise<void> {
  if (!(await hasBinds(ctx, record.id))) return;
  // Stopped gracefully: after a failed lifecycle command, a person or an agent may be working inside.
  for (const line of await stopContainers(ctx, record)) ctx.log(`${record.name}: ${line}`);
  await checkAlone(ctx, record);
  await checkBinds(ctx, record);
}

/**
 * Starts containers again that were stopped for a while, without Compose but with the same checks and in the same order. All are
 * tried, even if one fails, but none if they must not be started.
 * @returns one line for each that could not be started
 */
export async function restartStopped(
  ctx: Context,
  record: SessionRecord,
  containers: readonly ContainerSummary[],
): Promise<string[]> {
  const again = `cowork start ${record.name}`;
  try {
    await stopBeforeStart(ctx, record);
    // Also after Ctrl-C: they must run again.
    if (containers.some(isDev)) await emptyAnswers(uninterruptible(ctx), record.id);
  } catch (error) {
    return [`its containers were not started again: ${toCoworkError(error).message} Next: ${again}`];
  }
  const { compose } = (await readSnapshot(ctx, record.id)) ?? {};
  const sequence = compose === undefined ? [] : startSequence(compose.canonical);
  const place = ({ labels }: ContainerSummary): number => sequence.indexOf(labels[composeService] ?? "");
  const failed: string[] = [];
  // The dev container may use the network of a service that no plan names, so it starts last.
  for (const { id, name } of containers.toSorted(
    (a, b) => place(a) - place(b) || Number(isDev(a)) - Number(isDev(b)),
  )) {
    try {
      await ctx.engine.startContainer(id);
    } catch (error) {
      ctx.log(`start container ${name} again: ${String(error)}`);
      failed.push(`its container ${plain(name)} could not be started again: ${again}`);
    }
  }
  return failed;
}

function isDev({ labels }: ContainerSummary): boolean {
  return labels[label.localFolder] !== undefined;
}

/** Checks mounts, not labels: a user's own container may have the clone mounted as well. */
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
