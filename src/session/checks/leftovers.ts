import { ownCommand } from "../../hint.ts";
import { adviceOf } from "./advice.ts";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ContainerSummary } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { homeLabels } from "../../system/home-id.ts";
import { plain } from "../../system/text.ts";
import { removeTree } from "../../system/files/tree.ts";
import { isLocked } from "../../system/locks.ts";
import type { Check } from "../session-host.ts";
import { countImages } from "../images.ts";
import { label } from "../record/labels.ts";
import { readBackup, writeRecord } from "../record/record.ts";
import { readRecords } from "../record/records.ts";
import type { RecordEntry } from "../record/record.ts";
import { isLabelledByImage, sortContainers } from "../inspect/own-containers.ts";
import { containersBySession, sessionLock } from "../inspect/observe.ts";

/** Finds what a crash or an interrupted removal left. `fix` removes only what holds no work, and restores records from their copies. */
export async function checkLeftovers(ctx: Context, { fix }: { fix: boolean }): Promise<Check[]> {
  const entries = await readRecords(ctx);
  const known = new Set(entries.map(({ id }) => id));
  return [
    ...(await checkRecords(ctx, entries, fix)),
    await checkTrash(ctx, fix),
    await checkClones(ctx, known),
    ...(await checkContainers(ctx, entries)),
    await checkImages(ctx),
  ];
}

async function checkRecords(ctx: Context, entries: RecordEntry[], fix: boolean): Promise<Check[]> {
  const title = "Session records";
  const checks: Check[] = [];
  for (const entry of entries) {
    if ("record" in entry) continue;
    const copy = await readBackup(ctx, entry.id);
    if (copy !== undefined && fix) {
      await writeRecord(ctx, copy);
      checks.push({ title, status: "fixed", detail: `${entry.id}: restored from its copy` });
    } else {
      const how =
        copy === undefined
          ? { fix: `check the files in ${ctx.paths.state(entry.id)}` }
          : adviceOf([ownCommand("doctor", "--fix")]);
      checks.push({ title, status: "problem", detail: entry.error.message, ...how });
    }
  }
  return checks.length > 0 ? checks : [{ title, status: "ok", detail: `${entries.length} readable` }];
}

/** Everything in the trash was proved saved, or discarded with --force, before it was moved there. */
async function checkTrash(ctx: Context, fix: boolean): Promise<Check> {
  const title = "Trash";
  const left = await names(ctx.paths.trash);
  if (left.length === 0) return { title, status: "ok", detail: "empty" };
  if (!fix)
    return {
      title,
      status: "warning",
      detail: `${left.length} removed clones not deleted yet`,
      ...adviceOf([ownCommand("doctor", "--fix")]),
    };
  for (const name of left) await removeTree(join(ctx.paths.trash, name));
  return { title, status: "fixed", detail: `${left.length} removed clones deleted` };
}

/** A clone without a record may hold work: it is listed, never removed. */
async function checkClones(ctx: Context, known: Set<string>): Promise<Check> {
  const title = "Clones";
  const unknown: string[] = [];
  for (const name of await names(ctx.paths.sessions)) {
    if (name.startsWith(".") || known.has(name) || (await isLocked(ctx, sessionLock(name)))) continue;
    unknown.push(join(ctx.paths.sessions, name));
  }
  if (unknown.length === 0) return { title, status: "ok", detail: "each has a record" };
  return {
    title,
    status: "warning",
    detail: `without a record: ${unknown.join(", ")}`,
    fix: "check what they contain, then remove them by hand",
  };
}

/** Labels alone do not make a container a session's. A container that only carries them is listed, without advice to remove it. */
async function checkContainers(ctx: Context, entries: readonly RecordEntry[]): Promise<Check[]> {
  const title = "Containers";
  const sorted = await sortAll(ctx, entries).catch(() => undefined);
  if (sorted === undefined) return [{ title, status: "warning", detail: "not checked: the engine does not answer" }];
  const { gone, foreign } = sorted;
  const checks: Check[] = [];
  if (gone.length > 0) {
    const list = namesOf(gone).join(" ");
    checks.push({
      title,
      status: "warning",
      detail: `left from removed sessions: ${list}`,
      fix: `docker rm -f ${list}`,
    });
  }
  if (foreign.length > 0) {
    const list = namesOf(foreign);
    const detail = `carry a session's labels but do not belong to it; sessions ignore them: ${list.join(", ")}`;
    checks.push({ title, status: "warning", detail, fix: `docker inspect ${list[0] ?? ""}` });
  }
  return checks.length > 0 ? checks : [{ title, status: "ok", detail: "each belongs to a session" }];
}

async function sortAll(
  ctx: Context,
  entries: readonly RecordEntry[],
): Promise<{ gone: ContainerSummary[]; foreign: ContainerSummary[] }> {
  const found = await containersBySession(ctx);
  const known = new Set(entries.map(({ id }) => id));
  const homes = homeLabels(ctx.paths);
  const gone: ContainerSummary[] = [];
  const foreign: ContainerSummary[] = [];
  for (const [id, containers] of found) {
    if (known.has(id)) continue;
    for (const one of containers.filter(({ labels }) => homes.includes(labels[label.home] ?? "")))
      ((await isLabelledByImage(ctx, one)) ? foreign : gone).push(one);
  }
  for (const entry of entries) {
    const containers = found.get(entry.id) ?? [];
    if ("record" in entry) foreign.push(...(await sortContainers(ctx, entry.record, containers)).foreign);
  }
  return { gone, foreign };
}

function namesOf(containers: readonly ContainerSummary[]): string[] {
  return containers.map(({ name }) => plain(name));
}

async function checkImages(ctx: Context): Promise<Check> {
  const title = "Shared images";
  const images = await countImages(ctx).catch(() => undefined);
  if (images === undefined) return { title, status: "warning", detail: "not checked: the engine does not answer" };
  const { own, common, unused } = images;
  const detail = `${own} of this home's projects, ${common} shared by all homes, ${unused} unused`;
  return unused === 0
    ? { title, status: "ok", detail }
    : { title, status: "warning", detail, ...adviceOf([ownCommand("clean", "--images")]) };
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
