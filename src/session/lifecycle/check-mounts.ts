import { readFile, realpath } from "node:fs/promises";
import { locateInTable, readMountTable, type TableMount } from "../../devcontainer/override/mount-table.ts";
import { readPlannedMounts } from "../../devcontainer/override/snapshot.ts";
import { wrongMount, type RealMounts } from "../../devcontainer/override/wrong-mounts.ts";
import type { ContainerDetail, ContainerSummary } from "../../engine/types.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import type { SessionRecord } from "../record/record.ts";

/**
 * Checks what the containers of a session really have mounted, and stops them all if it is not what was planned. Judging a
 * configuration means reading it exactly as Docker does; this is the safety net.
 * @param main the dev container, running
 * @param containers all of the session's, as they are now
 * @throws UP_FAILED naming what is mounted
 */
export async function checkMounts(
  ctx: Context,
  record: SessionRecord,
  main: ContainerDetail,
  containers: readonly ContainerSummary[],
): Promise<void> {
  const planned = await readPlannedMounts(ctx, record.id);
  // An older cowork did not store what was planned.
  if (planned === undefined) return;
  const others = await Promise.all(
    containers.filter(({ id }) => id !== main.id).map(({ id }) => ctx.engine.findContainer(id)),
  );
  const places = await reservedFolders([planned.clone, planned.beside]);
  for (const container of [main, ...others]) {
    if (container === undefined) continue;
    const wrong = wrongMount(planned, await realMounts(container, places), container.id === main.id);
    if (wrong === undefined) continue;
    for (const { id } of containers) await ctx.engine.stopContainer(id, 0);
    const { name, phase } = record;
    // A session that was never completed cannot be started: it begins again with the project's commit.
    const again =
      phase === "ready"
        ? steps`correct the dev container configuration in the session; then ${ownCommand("start", name, "--rebuild")}`
        : steps`correct the dev container configuration and commit that, then ${ownCommand("clean", name)} and ${ownCommand("init", name)}`;
    throw new CoworkError("UP_FAILED", `${name} was stopped: in ${plain(container.name)} ${plain(wrong)}.`, {
      hint: again,
    });
  }
}

async function realMounts({ id, pid, mounts }: ContainerDetail, places: RealMounts["places"]): Promise<RealMounts> {
  const text = pid > 0 ? await readFile(`/proc/${pid}/mountinfo`, "utf8").catch(() => "") : "";
  const table = readMountTable(text);
  // With an engine elsewhere, the process id may be that of an unrelated process here.
  const isThis = table.some(({ root }) => root.includes(id));
  return isThis && places !== undefined ? { mounts, table, places } : { mounts };
}

/** undefined on a system without such a table. */
async function reservedFolders(paths: readonly string[]): Promise<RealMounts["places"]> {
  const table = readMountTable(await readFile("/proc/self/mountinfo", "utf8").catch(() => ""));
  const found: Omit<TableMount, "target">[] = [];
  for (const path of paths) {
    const place = locateInTable(table, await realpath(path).catch(() => path));
    if (place !== undefined) found.push(place);
  }
  return found.length === 0 ? undefined : found;
}
