import type { RecordEntry, SessionRecord } from "./record.ts";
import { readdirSync, type Dirent } from "node:fs";
import type { OneSession } from "../../contract/remote/requests.ts";
import { CoworkError, toCoworkError } from "../../errors.ts";
import { type Hint, type HintPart, ownCommand, steps } from "../../hint.ts";
import type { Context, FilesContext } from "../../system/context.ts";
import { belongsTo } from "./identity.ts";
import { plain } from "../../system/text.ts";
import { nameKey, nameLike, sessionId } from "./names.ts";
import { readRecord } from "./record.ts";
import type { Selector } from "../types.ts";

/** All records of this home, sorted by id. */
export async function readRecords(ctx: FilesContext): Promise<RecordEntry[]> {
  const ids = stateFolders(ctx.paths.stateRoot);
  const entries = await Promise.all(ids.map((id) => readEntry(ctx, id)));
  return entries.filter((entry) => entry !== undefined);
}

/**
 * The sessions that a command selects, in the order of `names`, otherwise sorted by name. A record that cannot be read is an
 * entry with an error, if it may be one of them.
 * @param options.toEnd the command stops or removes sessions: the hint for a missing one does not suggest creating it
 * @throws SESSION_NOT_FOUND for a name that no session of the project has
 */
export async function selectRecords(
  ctx: FilesContext,
  selector: Selector,
  options: { toEnd?: boolean } = {},
): Promise<RecordEntry[]> {
  const { project, names } = selector;
  if (project !== undefined && names !== undefined && names.length > 0) {
    return Promise.all(unique(names).map((name) => findByName(ctx, project, name, options.toEnd ?? false)));
  }
  const entries = await readRecords(ctx);
  const selected = await Promise.all(entries.map((entry) => isSelected(entry, project)));
  return entries.filter((_, index) => selected[index]);
}

async function isSelected(entry: RecordEntry, project: Selector["project"]): Promise<boolean> {
  if (project === undefined) return true;
  return "record" in entry ? belongsTo(entry.record, project) : entry.id.startsWith(`${project.name}-`);
}

async function findByName(
  ctx: FilesContext,
  project: NonNullable<Selector["project"]>,
  name: string,
  toEnd: boolean,
): Promise<RecordEntry> {
  const exact = await readEntry(ctx, sessionId(project.name, name));
  if (exact !== undefined && (await isSelected(exact, project))) return exact;
  // Names that differ only in case, `.` or `_` are the same name: the session may have been made with the other spelling.
  for (const entry of await readRecords(ctx)) {
    if (!("record" in entry) || nameKey(entry.record.name) !== nameKey(name)) continue;
    if (await isSelected(entry, project)) return entry;
  }
  throw noSession(`${name} in project ${project.name}`, await hintFor(ctx, project, name, toEnd));
}

/**
 * The one selected session.
 * @throws SESSION_NOT_FOUND
 */
export async function selectOne(ctx: Pick<Context, "paths">, selector: OneSession): Promise<RecordEntry> {
  const [entry] = await selectRecords(ctx, selector);
  if (entry === undefined) throw noSession(plain(selector.names[0]));
  return entry;
}

/**
 * The record of the one selected session.
 * @throws SESSION_NOT_FOUND, or why its record cannot be read
 */
export async function requireRecord(ctx: Pick<Context, "paths">, selector: OneSession): Promise<SessionRecord> {
  const entry = await selectOne(ctx, selector);
  if ("record" in entry) return entry.record;
  throw entry.error;
}

export function noSession(which: string, hint: Hint = [ownCommand("list")]): CoworkError {
  return new CoworkError("SESSION_NOT_FOUND", `Session ${which} does not exist.`, { hint });
}

/** If the name is a branch, the hint names the session on that branch. */
async function hintFor(
  ctx: Pick<Context, "paths">,
  project: NonNullable<Selector["project"]>,
  name: string,
  toEnd: boolean,
): Promise<HintPart[]> {
  for (const entry of await readRecords(ctx)) {
    const isOn = "record" in entry && entry.record.start.branch === name && (await isSelected(entry, project));
    if (isOn) return [`use the name of the session on that branch: ${entry.record.name}`];
  }
  const other = nameLike(name);
  if (toEnd || other === undefined) return [ownCommand("list")];
  const make = ownCommand("init", other, ...(other === name ? [] : ["--branch", plain(name)]));
  return steps`${ownCommand("list")}, or ${make} to create it`;
}

/** The first commit of the project at this root, from the record of one of its sessions: cheaper than asking git. */
export async function rootCommitOnRecord(
  ctx: Pick<Context, "paths">,
  place: { name: string; root: string },
): Promise<string | undefined> {
  for (const id of stateFolders(ctx.paths.stateRoot)) {
    if (!id.startsWith(`${place.name}-`)) continue;
    const entry = await readEntry(ctx, id);
    if (entry === undefined || !("record" in entry)) continue;
    const { project, projectRoot, rootCommit } = entry.record;
    if (project === place.name && projectRoot === place.root) return rootCommit;
  }
  return undefined;
}

async function readEntry(ctx: FilesContext, id: string): Promise<RecordEntry | undefined> {
  try {
    const record = await readRecord(ctx, id);
    return record === undefined ? undefined : { id, record };
  } catch (error) {
    return { id, error: toCoworkError(error) };
  }
}

/** Does this home have state of a session that may have this name, in any project? */
export function isNameOnRecord(ctx: Pick<Context, "paths">, name: string): boolean {
  return stateFolders(ctx.paths.stateRoot).some((id) => id.endsWith(`-${name}`));
}

function stateFolders(root: string): string[] {
  return entriesOf(root)
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "locks")
    .map((entry) => entry.name)
    .toSorted();
}

/** Synchronous, like reading the records. A folder that cannot be read is an error, not an empty folder. */
function entriesOf(root: string): Dirent[] {
  try {
    return readdirSync(root, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function unique(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => !seen.has(nameKey(name)) && seen.add(nameKey(name)) !== undefined);
}
