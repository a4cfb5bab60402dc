import type { SshEntry } from "./entries.ts";

/** The sessions' host names for ssh. */
export interface HostNames {
  /** for each session: the short name if it is unambiguous, then the full name */
  own: { entry: SshEntry; names: string[] }[];
  /** ambiguous names, and the names to use instead */
  shared: { name: string; instead: string[] }[];
}

/**
 * Assigns `cowork.<name>` and `cowork.<project>.<name>`. ssh uses the first matching block, so an ambiguous name is assigned to no
 * session, to avoid work in the wrong one. Full names take precedence over short ones (names may contain dots).
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
