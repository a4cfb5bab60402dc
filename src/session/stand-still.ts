import { checkBinds, hasBinds } from "../devcontainer/check-binds.ts";
import { CoworkError } from "../errors.ts";
import type { ContainerSummary } from "../engine/types.ts";
import type { Context } from "../system/context.ts";
import { isWithin } from "../devcontainer/tree-path.ts";
import { plain } from "../system/text.ts";
import type { SessionRecord } from "./record.ts";
import { containersOf } from "./world.ts";

/** Seconds between the engine's SIGTERM and its SIGKILL. */
const grace = 10;

/**
 * Comes right before every start of a session's containers. The engine finds what a mount leads to at that moment and follows
 * links, so nothing may run that could put one there: where paths inside the clone are mounted, whatever of the session still
 * runs is stopped, and then the paths are looked at. What starts first afterwards, Compose is told (compose/start-order.ts).
 * @throws UP_FAILED when a path is a link, or when another container has the clone mounted and runs
 */
export async function standStill(ctx: Context, record: SessionRecord): Promise<void> {
  if (!(await hasBinds(ctx, record.id))) return;
  const alive = (await containersOf(ctx, record.id)).filter(isAlive);
  await Promise.all(alive.map(({ id }) => ctx.engine.stopContainer(id, grace)));
  await checkAlone(ctx, record);
  await checkBinds(ctx, record);
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

function isAlive({ state }: Pick<ContainerSummary, "state">): boolean {
  return !["created", "exited", "dead", "removing"].includes(state);
}
