/** A path that differs between two commits. */
export interface ChangedPath {
  path: string;
  status: "A" | "M" | "D" | "T";
  /** mode and object before and after */
  modes: readonly [string, string];
  oids: readonly [string, string];
}

/** What one side of a merge changed since the merge base, renames as a deletion and an addition. */
export interface PathSet {
  paths: ReadonlyMap<string, ChangedPath>;
  /** folders above any of the paths; "" is the root */
  folders: ReadonlySet<string>;
  added: readonly string[];
  /** folders above a deleted path. The root only for a file that was right in it: otherwise its folder is renamed, not the root */
  emptied: ReadonlySet<string>;
}

export function pathSet(changes: readonly ChangedPath[]): PathSet {
  const [folders, emptied] = [new Set<string>(), new Set<string>()];
  for (const { path, status } of changes) {
    const above = foldersOf(path);
    for (const folder of above) {
      folders.add(folder);
      if (status === "D" && (folder !== "" || above.length === 1)) emptied.add(folder);
    }
  }
  return {
    paths: new Map(changes.map((change) => [change.path, change])),
    folders,
    added: changes.filter(({ status }) => status === "A").map(({ path }) => path),
    emptied,
  };
}

/**
 * May git's merge of the two find a conflict? No only if (i) no path was changed by both, (ii) no path of one is a folder of the other,
 * and (iii) neither adds a file below a folder in which the other deletes one, which may be a folder that was renamed.
 */
export function canCollide(a: PathSet, b: PathSet): boolean {
  const [few, many] = a.paths.size <= b.paths.size ? [a, b] : [b, a];
  for (const path of few.paths.keys()) if (many.paths.has(path) || many.folders.has(path)) return true;
  // A path of the larger set that is a folder of the smaller one: its folders are fewer than the larger set's paths.
  for (const folder of few.folders) if (many.paths.has(folder)) return true;
  return addsBelow(a, b.emptied) || addsBelow(b, a.emptied);
}

function addsBelow({ added }: PathSet, emptied: ReadonlySet<string>): boolean {
  return emptied.size > 0 && added.some((path) => foldersOf(path).some((folder) => emptied.has(folder)));
}

/** The folders above a path, the root included. */
function foldersOf(path: string): string[] {
  const found = [""];
  for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) found.push(path.slice(0, end));
  return found;
}
