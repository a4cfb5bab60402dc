import { readConf } from "../config/read.ts";
import { changeConf } from "../config/write.ts";
import type { Context } from "../system/context.ts";
import { brokenRefRule, nameKey, sessionNamePattern } from "../system/names.ts";
import type { Project, SessionEntry } from "./types.ts";

// SESSIONS in the project's conf: an index for people and for names on other hosts. Records are the truth; where the two differ
// the index is mended. What is no session's name is passed over, and dropped at the next write.

type IndexContext = Pick<Context, "paths" | "clock" | "signal">;
/** For a project that is gone or that one does not stand in: `{ confFile: confFileOf(root) }`. */
type IndexOf = Pick<Project, "confFile">;

/** @throws CONFIG_FILE_CORRUPT */
export async function readSessions(_ctx: unknown, project: IndexOf): Promise<SessionEntry[]> {
  return parseSessions((await readConf(project.confFile))?.["SESSIONS"] ?? "");
}

/** @param names `name` or `name@host`; one that is there already (also by another spelling of the same name) gets this host. */
export async function addSessions(ctx: IndexContext, project: IndexOf, names: readonly string[]): Promise<void> {
  const added = parseSessions(names.join(" "));
  await change(ctx, project, (entries) => {
    const byKey = new Map(entries.map((entry) => [nameKey(entry.name), entry]));
    for (const entry of added) byKey.set(nameKey(entry.name), entry);
    return [...byKey.values()];
  });
}

/**
 * Makes no conf where there is none.
 * @param names a host behind a name is not looked at
 * @param host `local` or another one: an entry of the same name with another host stays. Absent: whatever the host
 */
export async function removeSessions(
  ctx: IndexContext,
  project: IndexOf,
  names: readonly string[],
  host?: string,
): Promise<void> {
  const gone = new Set(parseSessions(names.join(" ")).map((entry) => nameKey(entry.name)));
  const isOn = (entry: SessionEntry): boolean => host === undefined || (entry.host ?? "local") === host;
  await change(ctx, project, (entries) => entries.filter((entry) => !gone.has(nameKey(entry.name)) || !isOn(entry)));
}

/** Makes the entries of one host (undefined: this machine) what its records say; entries of other hosts stay. */
export async function repairSessions(
  ctx: IndexContext,
  project: IndexOf,
  names: readonly string[],
  host?: string,
): Promise<void> {
  const real = new Map(names.map((name) => [nameKey(name), { name, host }]));
  await change(ctx, project, (entries) => {
    const kept = entries.filter((entry) => real.has(nameKey(entry.name)) || entry.host !== host);
    const known = new Set(kept.map((entry) => nameKey(entry.name)));
    const missing = [...real].filter(([key]) => !known.has(key)).map(([, entry]) => entry);
    return [...kept.map((entry) => real.get(nameKey(entry.name)) ?? entry), ...missing];
  });
}

async function change(
  ctx: IndexContext,
  project: IndexOf,
  edit: (entries: SessionEntry[]) => SessionEntry[],
): Promise<void> {
  await changeConf(ctx, project.confFile, ({ SESSIONS }) => {
    const entries = parseSessions(SESSIONS ?? "");
    const edited = edit(entries);
    if (render(edited) === render(entries)) return {};
    return { SESSIONS: edited.length === 0 ? undefined : render(edited) };
  });
}

/** Entries in their order, each name once. */
export function parseSessions(value: string): SessionEntry[] {
  const entries = new Map<string, SessionEntry>();
  for (const part of value.split(/\s+/)) {
    const match = /^([^@]+)(?:@([^\s\p{Cc}]+))?$/u.exec(part);
    const name = match?.[1] ?? "";
    if (!sessionNamePattern.test(name) || brokenRefRule(name) !== undefined || entries.has(nameKey(name))) continue;
    entries.set(nameKey(name), { name, host: match?.[2] });
  }
  return [...entries.values()];
}

function render(entries: readonly SessionEntry[]): string {
  return entries.map(({ name, host }) => (host === undefined ? name : `${name}@${host}`)).join(" ");
}
