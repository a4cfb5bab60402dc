import type { CoworkError } from "../../errors.ts";
import type { SessionEntry } from "../../project/types.ts";
import { nameKey } from "../../session/record/names.ts";
import type { SessionRecord } from "../../session/record/record.ts";
import type { Context } from "../../system/context.ts";

/** A session that this machine knows: by its record, or by `SESSIONS` of a known project. */
export interface KnownSession {
  id: string;
  name: string;
  project: string;
  root: string;
  host: string;
  /** only for a session on this machine */
  record?: SessionRecord;
  /** its record cannot be read, so only the id is known */
  error?: CoworkError;
}

/**
 * Lists every session that can be named from any folder. Reads files only, no engine and no other machine.
 * @param here root of the project in which the command was run, if any
 */
export async function knownSessions(ctx: Context, here?: string): Promise<KnownSession[]> {
  const [{ readRecords }, { knownProjects }] = await Promise.all([
    import("../../session/record/records.ts"),
    import("../../project/known-projects.ts"),
  ]);
  const local = (await readRecords(ctx)).map((entry): KnownSession => {
    if ("error" in entry) return { id: entry.id, name: "", project: "", root: "", host: "local", error: entry.error };
    const { id, name, project, projectRoot: root } = entry.record;
    return { id, name, project, root, host: "local", record: entry.record };
  });
  const roots = new Set([...local.map(({ root }) => root), ...(await knownProjects(ctx)), here ?? ""]);
  roots.delete("");
  const remote = await Promise.all([...roots].map(async (root) => await remoteSessions(ctx, root)));
  return [...local, ...remote.flat()];
}

/** The sessions on other machines, from `SESSIONS`. None if the project cannot be read. */
async function remoteSessions(ctx: Context, root: string): Promise<KnownSession[]> {
  const { projectNameAt } = await import("../../project/find-place.ts");
  try {
    const elsewhere = await entriesElsewhere(root);
    if (elsewhere.length === 0) return [];
    const project = await projectNameAt(ctx, root);
    return elsewhere.map(({ name, host = "" }) => ({ id: `${project}-${name}`, name, project, root, host }));
  } catch {
    return [];
  }
}

/** The entries of a project's `SESSIONS` that are on other machines. Throws if the file cannot be read. */
export async function entriesElsewhere(root: string): Promise<SessionEntry[]> {
  const [{ readSessions }, { confFileOf }] = await Promise.all([
    import("../../project/sessions-index.ts"),
    import("../../project/find-place.ts"),
  ]);
  const entries = await readSessions(undefined, { confFile: confFileOf(root) });
  return entries.filter(({ host }) => host !== undefined && host !== "local");
}

/** A word that names a session: `name`, `project/session` or an id, each optionally with `@host`. */
export interface SessionWord {
  project: string | undefined;
  /** the session's name or its id */
  name: string;
  host: string | undefined;
}

export function readWord(word: string): SessionWord {
  const [, project, name = word, host] = /^(?:([^/@]+)\/)?([^/@]+)(?:@(\S+))?$/.exec(word) ?? [];
  return { project, name, host };
}

/** The sessions that the word matches in any folder: by project and name, or by id. */
export function matching({ project, name, host }: SessionWord, known: readonly KnownSession[]): KnownSession[] {
  const there = known.filter((one) => host === undefined || one.host === host);
  const exact = there.filter((one) =>
    project === undefined ? one.id === name : one.project === project && one.name === name,
  );
  if (exact.length > 0) return exact;
  // Names that differ only in case, or in `.` and `_`, are the same name.
  const key = nameKey(name);
  return there.filter((one) =>
    project === undefined ? nameKey(one.id) === key : one.project === project && nameKey(one.name) === key,
  );
}

/** A name for the session that works in any folder. */
export function fullName({ id, name, project, host }: KnownSession, others: readonly KnownSession[] = []): string {
  const short = project === "" ? id : `${project}/${name}`;
  const isAlone = others.every((one) => one.id === id && one.host === host);
  return isAlone ? short : `${short}@${host}`;
}
