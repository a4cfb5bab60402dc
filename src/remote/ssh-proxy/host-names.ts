import type { SshEntry } from "./entries.ts";

/** What ssh calls the sessions. */
export interface HostNames {
  /** of each session, in its order: the short name where nobody else has it, then the full one */
  own: { entry: SshEntry; names: string[] }[];
  /** names that could be several sessions, and what to say instead */
  shared: { name: string; instead: string[] }[];
}

/**
 * `cowork.<name>` and `cowork.<project>.<name>`. ssh takes the first block that fits: so a name that could be two sessions is given
 * to neither, lest somebody works in the wrong one. A full name goes before a short one (names may hold dots).
 */
export function hostNames(entries: readonly SshEntry[]): HostNames {
  const full = group(entries, fullName);
  const short = group(entries, ({ name }) => `cowork.${name}`);
  const ownerOf = (name: string): SshEntry | undefined => only(full.get(name) ?? short.get(name));
  const own = entries.map((entry) => {
    const names = [...new Set([`cowork.${entry.name}`, fullName(entry)])];
    return { entry, names: names.filter((name) => ownerOf(name) === entry) };
  });
  const all = [...new Set([...short.keys(), ...full.keys()])];
  const shared = all.flatMap((name) => {
    const owners = full.get(name) ?? short.get(name) ?? [];
    if (owners.length < 2) return [];
    const instead = own.flatMap(({ entry, names }) => (owners.includes(entry) ? names.slice(-1) : []));
    return [{ name, instead }];
  });
  return { own, shared };
}

function fullName({ project, name }: SshEntry): string {
  return `cowork.${project}.${name}`;
}

function group(entries: readonly SshEntry[], nameOf: (entry: SshEntry) => string): Map<string, SshEntry[]> {
  const found = new Map<string, SshEntry[]>();
  for (const entry of entries) found.set(nameOf(entry), [...(found.get(nameOf(entry)) ?? []), entry]);
  return found;
}

function only(entries: readonly SshEntry[] | undefined): SshEntry | undefined {
  return entries?.length === 1 ? entries[0] : undefined;
}
