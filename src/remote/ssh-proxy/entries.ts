import type { SessionView } from "../../session/types.ts";

/** A session that ssh is to know: all that a block of the configuration is made of. */
export interface SshEntry {
  host: string;
  project: string;
  name: string;
  id: string;
  /** the container's remote user, where one is known that ssh can take */
  user?: string;
}

/**
 * What a session's block needs. Undefined for a session whose record cannot be read. The user comes from the repository: what
 * could be anything but a name (a line end and then a `ProxyCommand`, say) is left out, and ssh gives its own, which nobody looks at.
 */
export function entryOf(view: SessionView): SshEntry | undefined {
  const { host, project, name, id, container } = view;
  const entry = { host, project, name, id };
  if (!isEntry(entry)) return undefined;
  const user = container?.user ?? "";
  return { ...entry, ...(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(user) ? { user } : {}) };
}

/** The entries that the comments of a written configuration hold; lines that are something else are passed over. */
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
 * What is to be written: those of one host and project (no project: of the host) anew, the others as they were.
 * @param known what the file holds
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

/** All of them become words of the configuration: of letters that mean nothing there, nor to a shell. */
function isEntry(value: unknown): value is SshEntry {
  const { host, project, name, id, user } = (value ?? {}) as Record<string, unknown>;
  const plainWord = (word: unknown): boolean => typeof word === "string" && /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(word);
  const plainHost = typeof host === "string" && /^[A-Za-z0-9_][A-Za-z0-9._@:[\]-]*$/.test(host);
  return plainHost && [project, name, id].every(plainWord) && (user === undefined || plainWord(user));
}
