import type { SessionView } from "../../session/types.ts";

/** The data of a session's block in ssh's configuration. */
export interface SshEntry {
  host: string;
  project: string;
  name: string;
  id: string;
  /** the container's remote user, if it is known and a valid user name for ssh */
  user?: string;
}

/**
 * The entry of a session; undefined if its record cannot be read. The user comes from the repository: anything but a plain name
 * (such as a newline and a `ProxyCommand`) is left out. ssh then sends its own user name, which is not used.
 */
export function entryOf(view: SessionView): SshEntry | undefined {
  const { host, project, name, id, container } = view;
  const entry = { host, project, name, id };
  if (!isEntry(entry)) return undefined;
  const user = container?.user ?? "";
  return { ...entry, ...(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(user) ? { user } : {}) };
}

/** Reads the entries from the comments of a written configuration; other lines are ignored. */
export function parseEntries(text: string): SshEntry[] {
  return text.split("\n").flatMap((line) => {
    if (!line.startsWith(marker)) return [];
    try {
      const value: unknown = JSON.parse(line.slice(marker.length));
      return isEntry(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

export function renderEntry(entry: SshEntry): string {
  return `${marker}${JSON.stringify(entry)}`;
}

/**
 * Replaces the entries of one host and project (no project: of the whole host) and keeps the others.
 * @param known the entries in the file
 */
export function mergeEntries(
  known: readonly SshEntry[],
  fresh: readonly SshEntry[],
  scope: { host: string; project?: string },
): SshEntry[] {
  const isOld = ({ host, project }: SshEntry): boolean =>
    host !== scope.host || (scope.project !== undefined && project !== scope.project);
  const key = ({ project, name, host }: SshEntry): string => `${project}\n${name}\n${host}`;
  return [...known.filter(isOld), ...fresh].toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

const marker = "# cowork ";

/** All values become words of the configuration, so they must not have characters with a meaning there or in a shell. */
function isEntry(value: unknown): value is SshEntry {
  const { host, project, name, id, user } = (value ?? {}) as Record<string, unknown>;
  const plainWord = (word: unknown): boolean => typeof word === "string" && /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(word);
  const plainHost = typeof host === "string" && /^[A-Za-z0-9_][A-Za-z0-9._@:[\]-]*$/.test(host);
  return plainHost && [project, name, id].every(plainWord) && (user === undefined || plainWord(user));
}
