import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { GitInside } from "../types.ts";

/** The refs that a clone has, as reported by the git inside: names are untrusted, ids have the right form. */
export interface RefsInside {
  /** undefined when HEAD is detached */
  branch: string | undefined;
  /** undefined on a branch without commits */
  head: string | undefined;
  /** full ref name to id: for a tag, the tag object itself */
  refs: Map<string, string>;
  /** newest first */
  stashes: string[];
  /** ids that git stores in files during an operation, by file name */
  pending: Map<string, string>;
  objectFormat: "sha1" | "sha256";
  /** ids of git-lfs objects */
  lfs: string[];
  /** submodules that are checked out: path, and the name of their git folder below `.git/modules` */
  modules: { path: string; name: string }[];
}

// A ref that may not be read looks like one that does not exist: then an older commit, or nothing, would seem to be all there is. What
// the session has fetched does not matter.
const script = String.raw`
for f in HEAD packed-refs refs; do
  [ -e "$GIT_DIR/$f" ] && find "$GIT_DIR/$f" -path "$GIT_DIR/refs/remotes" -prune -o -exec sh -c 'for f; do { [ -r "$f" ] && { [ ! -d "$f" ] || [ -x "$f" ]; }; } || echo "closed $f"; done' sh {} + 2>/dev/null
done
echo "format $(git rev-parse --show-object-format)"
echo "branch $(git symbolic-ref -q HEAD)"
echo "head $(git rev-parse -q --verify 'HEAD^{commit}')"
git for-each-ref --format='ref %(objectname) %(refname)'
git rev-parse -q --verify refs/stash >/dev/null && git reflog exists refs/stash && git log -g --format='stash %H' refs/stash --
git rev-parse -q --verify refs/stash | sed 's/^/stash /'
for f in MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD REBASE_HEAD MERGE_AUTOSTASH rebase-merge/orig-head rebase-merge/autostash rebase-apply/autostash; do
  [ -f "$GIT_DIR/$f" ] && sed "s|^|pending $f |" "$GIT_DIR/$f"
done
[ -d "$GIT_COMMON_DIR/lfs/objects" ] && find "$GIT_COMMON_DIR/lfs/objects" -type f | sed 's|.*/|lfs |'
git ls-files -s -z | tr '\n\000' '\001\n' | grep '^160000' | cut -f2- | grep -v "$(printf '\001')" | while IFS= read -r path; do
  [ -e "$path/.git" ] || continue
  dir=$(unset GIT_DIR GIT_COMMON_DIR GIT_WORK_TREE; cd "./$path" && GIT_CEILING_DIRECTORIES=$(dirname "$PWD") git rev-parse --absolute-git-dir 2>/dev/null) || continue
  printf 'module %s\n%s\n' "$dir" "$path" | sed "1s|^module $GIT_COMMON_DIR/modules/|module |"
done
echo end
`;

/** @throws GIT_FAILED if the git inside fails */
export async function readRefsInside(inside: GitInside): Promise<RefsInside> {
  const result = await inside.script(script);
  const lines = result.stdout.split("\n");
  const closed = lines.find((line) => line.startsWith("closed "));
  if (closed !== undefined) {
    const shown = plain(closed.replace(/^closed (?:.*(?=\/\.git\/)\/)?/, "")).slice(0, 300);
    throw failed(`${shown} cannot be read by the session's user`, {
      hint: "in the session, make it readable: chmod -R a+rX .git, then run the same command again",
    });
  }
  // Git that cannot read the repository's own settings prints no format.
  const isWhole = lines.includes("end") && lines.some((line) => /^format \S/.test(line));
  if (result.truncated || !isWhole) throw failed(plain(result.stderr).slice(0, 300) || `code ${result.code}`);
  const found: RefsInside = {
    branch: undefined,
    head: undefined,
    refs: new Map(),
    stashes: [],
    pending: new Map(),
    objectFormat: lines.includes("format sha256") ? "sha256" : "sha1",
    lfs: [],
    modules: [],
  };
  for (const [n, line] of lines.entries()) {
    take(found, line);
    const [, name] = /^module ([^/].*)$/.exec(line) ?? [];
    if (name !== undefined) found.modules.push({ name, path: lines[n + 1] ?? "" });
  }
  found.stashes = [...new Set(found.stashes)];
  return found;
}

function failed(why: string, options: { hint?: string } = {}): CoworkError {
  return new CoworkError("GIT_FAILED", `Could not list the session's branches: ${why}`, options);
}

function take(found: RefsInside, line: string): void {
  const [, branch] = /^branch refs\/heads\/(.+)$/.exec(line) ?? [];
  const [, head] = /^head ([0-9a-f]{40,64})$/.exec(line) ?? [];
  const [, ref, name] = /^ref ([0-9a-f]{40,64}) (refs\/.+)$/.exec(line) ?? [];
  const [, stash] = /^stash ([0-9a-f]{40,64})$/.exec(line) ?? [];
  const [, file, oid] = /^pending (\S+) ([0-9a-f]{40,64})\b/.exec(line) ?? [];
  const [, lfs] = /^lfs ([0-9a-f]{64})$/.exec(line) ?? [];
  if (lfs !== undefined) found.lfs.push(lfs);
  if (branch !== undefined) found.branch = branch;
  if (head !== undefined) found.head = head;
  if (ref !== undefined && name !== undefined) found.refs.set(name, ref);
  if (stash !== undefined) found.stashes.push(stash);
  if (file !== undefined && oid !== undefined) found.pending.set(file, oid);
}
