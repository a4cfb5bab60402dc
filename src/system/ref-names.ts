// How git resolves short names of refs (gitrevisions), as pure functions, to avoid names that git would resolve to something else.

const heads = "refs/heads/";
const tags = "refs/tags/";
const remotes = "refs/remotes/";

/** The places where git looks for the name `%`, in order. The first one also matches files like HEAD and MERGE_HEAD. */
const rules = ["%", "refs/%", `${tags}%`, `${heads}%`, `${remotes}%`, `${remotes}%/HEAD`];

/** The full names that a short name may mean, in git's order. */
export function meaningsOf(name: string): string[] {
  return rules.map((rule) => rule.replace("%", () => name));
}

/** The short names that may mean this ref. */
function shortNamesOf(ref: string): string[] {
  return rules.flatMap((rule) => {
    const [before = "", after = ""] = rule.split("%");
    const fits = ref.startsWith(before) && ref.endsWith(after) && ref.length > before.length + after.length;
    return fits ? [ref.slice(before.length, ref.length - after.length)] : [];
  });
}

/** A branch's short name: `refs/heads/x` becomes `x`. */
export function branchName(text: string): string {
  return text.startsWith(heads) ? text.slice(heads.length) : text;
}

/** `a` and `a/b` cannot both be branches. */
export function isNested(one: string, other: string): boolean {
  return one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

/** The name at the start of an expression like `main~2`, `v1^{commit}` or `main@{1}`; undefined if the name cannot be ambiguous. */
export function nameIn(expression: string): string | undefined {
  const name = /^(?:[^~^:@]|@(?!\{))+/.exec(expression)?.[0];
  return name === undefined || name === "@" || name === "HEAD" || name.startsWith("refs/") || name.includes("..")
    ? undefined
    : name;
}

/** The names that exist in a repository. */
export interface NameSpace {
  /** full names */
  refs: ReadonlySet<string>;
  /** names of its remotes */
  remotes: readonly string[];
  /** names that differ only in case are the same (`core.ignoreCase`) */
  ignoreCase: boolean;
}

export type Clash =
  /** both cannot exist */
  | { kind: "nested"; with: string }
  /** git could confuse the two */
  | { kind: "ambiguous"; with: string }
  /** git or a remote reserves the name */
  | { kind: "reserved"; with: string };

/** Finds an existing name that a new branch or tag would clash with; undefined if there is none, or if the ref exists. */
export function findClash(ref: string, { refs, remotes: remoteNames, ignoreCase }: NameSpace): Clash | undefined {
  if (refs.has(ref)) return undefined;
  const fold = (name: string): string => (ignoreCase ? name.toLowerCase() : name);
  const known = ignoreCase ? new Map([...refs].map((name) => [fold(name), name])) : undefined;
  const find = (name: string): string | undefined =>
    known === undefined ? (refs.has(name) ? name : undefined) : known.get(fold(name));
  const twin = find(ref);
  if (twin !== undefined) return { kind: "nested", with: twin };
  const inTheWay = [...refs].find((name) => isNested(fold(name), fold(ref)));
  if (inTheWay !== undefined) return { kind: "nested", with: inTheWay };
  const name = ref.startsWith(heads) ? ref.slice(heads.length) : ref.startsWith(tags) ? ref.slice(tags.length) : "";
  const reserved = name === "" ? undefined : reservedBy(fold(name), remoteNames.map(fold), ignoreCase);
  if (reserved !== undefined) return { kind: "reserved", with: reserved };
  for (const short of shortNamesOf(ref)) {
    for (const meaning of meaningsOf(short)) {
      const other = fold(meaning) === fold(ref) ? undefined : find(meaning);
      if (other !== undefined) return { kind: "ambiguous", with: other };
    }
  }
  return undefined;
}

const ownFolders = ["refs", "heads", "tags", "remotes", "worktrees", "main-worktree", "HEAD"];
const ownFile =
  /^@$|^(?:[A-Z]+_)*HEAD$|^(?:AUTO_MERGE|MERGE_AUTOSTASH|NOTES_MERGE_PARTIAL|NOTES_MERGE_REF|BISECT_EXPECTED_REV)$/;

function reservedBy(name: string, remoteNames: readonly string[], ignoreCase: boolean): string | undefined {
  const first = name.split("/")[0] ?? "";
  const isOwn = ownFolders.some((folder) => (ignoreCase ? folder.toLowerCase() : folder) === first);
  if (isOwn || ownFile.test(ignoreCase ? name.toUpperCase() : name)) return "git's own names";
  const remote = remoteNames.find((each) => name === each || name.startsWith(`${each}/`));
  return remote === undefined ? undefined : `the remote ${remote}`;
}

/**
 * Finds another name for a ref whose own name clashes: `{name}-{session}`; if that clashes too, with `-` for every `/`; then with a
 * number.
 * @param isUsable whether a name may be used; called for one name after the other
 */
export async function otherName(
  ref: string,
  session: string,
  space: NameSpace,
  isUsable: (ref: string) => Promise<boolean>,
): Promise<string> {
  const [, kind = heads, name = ref] = /^(refs\/[^/]+\/)(.*)$/s.exec(ref) ?? [];
  const plain = `${kind}${name}-${session}`;
  const base = findClash(plain, space) === undefined ? plain : `${kind}${name.replaceAll("/", "-")}-${session}`;
  for (let n = 1; ; n++) {
    const other = n === 1 ? base : `${base}-${n}`;
    if (findClash(other, space) === undefined && (await isUsable(other))) return other;
  }
}
