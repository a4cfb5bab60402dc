import { readConf } from "../config/read.ts";
import { changeConf } from "../config/write.ts";
import type { Context } from "../system/context.ts";
import { brokenRefRule, nameKey, sessionNamePattern } from "../system/names.ts";
import type { Project, SessionEntry } from "./types.ts";

// SESSIONS in the project's `.cowork.conf`: an index for the user, and for sessions on other hosts. The records are authoritative;
// the index is repaired if it differs. Words that are not session names are ignored, and dropped at the next write.

type IndexContext = Pick<Context, "paths" | "clock" | "signal">;
/** For another project than the current one, or one that no longer exists: `{ confFile: confFileOf(root) }`. */
type IndexOf = Pick<Project, "confFile">;

/** @throws CONFIG_FILE_CORRUPT */
export async function readSessions(_ctx: unknown, project: IndexOf): Promise<SessionEntry[]> {
  return parseSessions((await readConf(project.confFile))?.["SESSIONS"] ?? "");
}

/** @param names `name` or `name@host`; an existing entry (also in another spelling of the name) gets this host */
export async function addSessions(ctx: IndexContext, project: IndexOf, names: readonly string[]): Promise<void> {
  const added = parseSessions(names.join(" "));
  await change(ctx, project, (entries) => {
    const byKey = new Map(entries.map((entry) => [nameKey(entry.name), entry]));
    for (const entry of added) byKey.set(nameKey(entry.name), entry);
    return [...byKey.values()];
  });
}

/**
 * Removes sessions from the index. Does not create the file.
 * @param names a host after a name is ignored
 * @param host removes only entries with this host (`local` for this machine); absent: with any host
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

/** Sets the entries of one host (undefined: this machine) to match its records; entries of other hosts are kept. */
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

/** The entries in order, each name once. */
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
