import { abandonedFunctions } from "./abandoned-script.ts";
import { indexFunctions } from "../git/index-script.ts";
import { shellWord } from "../../system/shell-word.ts";
import { generated, unreadableFunctions } from "./unreadable-script.ts";

export const preciousPatterns: readonly string[] = [
  ".env*",
  "*.env",
  "*.pem",
  "*.key",
  "*.p12",
  "*.pfx",
  "*.jks",
  "*.keystore",
  "*.kdbx",
  "*.sqlite*",
  "*.db",
  "*.db3",
  "*.dump",
  "id_rsa*",
  "id_dsa*",
  "id_ecdsa*",
  "id_ed25519*",
];

export interface InspectOptions {
  /** more patterns of ignored files that count as work, matched with the file's name or, with a `/`, its path */
  precious?: readonly string[];
  /** paths of files that were copied in: they count as well, whatever their names */
  carried?: readonly string[];
  /** full id of the commit that the session started from: ahead and behind are relative to it without an upstream */
  start?: string;
}

/**
 * One script that lists everything a clone holds: the clone itself, its submodules, its added working trees and modules that are not
 * checked out. Reads ids of commits that are known to be saved from stdin. Prints sections: NUL, `nonce name`, NUL, content, NUL,
 * `nonce =code`, NUL, stderr. Nothing is written in the clone: index and new objects go to a temporary folder.
 *
 * @param nonce random word that no file name can contain, by chance or on purpose
 */
export function inspectScript(nonce: string, options: InspectOptions = {}): string {
  const patterns = [...preciousPatterns, ...(options.precious ?? [])];
  const specs = [
    ...patterns.map(
      (pattern) => `:(glob,icase)${pattern.includes("/") ? pattern.replace(/^\//, "") : `**/${pattern}`}`,
    ),
    ...(options.carried ?? []).map((path) => `:(top,literal)${path}`),
    ...[...generated, ".git"].map((folder) => `:(exclude,glob)**/${folder}/**`),
  ];
  return `N=${nonce}
START=${shellWord(options.start ?? "")}
precious_specs() { set -- ${specs.map(shellWord).join(" ")}; git ls-files -z --others --ignored --exclude-standard -- "$@"; }
${indexFunctions}
${unreadableFunctions}
${abandonedFunctions}
${body}`;
}

// The exit code of a function's last command is what `run` reports; `|| :` where finding nothing is not a failure.
const body = String.raw`
T=$(mktemp -d) || exit 95
trap 'rm -rf "$T"' EXIT
export T
cat >"$T/known" || exit 95
LFS=$T/lfs
# Any read of the index may read a file again that was staged just now, through git-lfs if that is used. git-lfs needs a writable
# store, and the clone's may be read-only here.
eval "export GIT_CONFIG_KEY_$GIT_CONFIG_COUNT=lfs.storage GIT_CONFIG_VALUE_$GIT_CONFIG_COUNT=\"\$LFS\""
GIT_CONFIG_COUNT=$((GIT_CONFIG_COUNT + 1))
mkdir -p "$T/objects/info" "$T/objects/pack" || exit 95

sec() { printf '\0%s %s\0' "$N" "$1"; }
run() {
  sec "$1"; shift
  "$@" 2>"$T/err"; c=$?
  sec "=$c"; cat "$T/err"
  return $c
}

# Ids in files of the git folder during an operation: possibly nothing else refers to these commits.
pending() {
  for f in MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD REBASE_HEAD MERGE_AUTOSTASH rebase-merge/orig-head rebase-merge/autostash \
    rebase-merge/stopped-sha rebase-apply/orig-head rebase-apply/autostash sequencer/head; do
    [ -f "$GIT_DIR/$f" ] && sed "s|^|$f |" "$GIT_DIR/$f"
  done
  :
}
operation() {
  for f in rebase-merge rebase-apply MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD BISECT_LOG sequencer; do
    [ -e "$GIT_DIR/$f" ] && echo "$f"
  done
  [ -e "$GIT_DIR/rebase-apply/applying" ] && echo am
  :
}
status() {
  GIT_INDEX_FILE=$I git status --porcelain=v2 -z --branch --untracked-files=all --ignore-submodules=none --no-renames --no-ahead-behind >"$T/status"
  c=$?
  cat "$T/status"
  return $c
}
ahead() {
  up=$(git rev-parse -q --verify '@{upstream}^{commit}' 2>/dev/null) || up=$(git rev-parse -q --verify "$START^{commit}" 2>/dev/null) || return 0
  git rev-list --left-right --count "$up...HEAD" --
}
# Content that is replaced by a git-lfs pointer in the tree: saved only if the project's store has it.
cleaned() { [ ! -d "$LFS/objects" ] || find "$LFS/objects" -type f | sed 's|.*/||'; }
# Trees of index and working tree, through a copy of the index and a separate folder for new objects.
trees() {
  lines <"$T/status" | grep -qv '^# ' || return 0
  base=$(git rev-parse -q --verify HEAD) || base=$(git hash-object -t tree /dev/null)
  (
    export GIT_INDEX_FILE="$I" GIT_OBJECT_DIRECTORY="$T/objects" GIT_ALTERNATE_OBJECT_DIRECTORIES="$GIT_COMMON_DIR/objects"
    run indextree git write-tree
    run indexchanges git diff-index --cached --raw -z --no-renames --no-abbrev --no-ext-diff "$base" --
    # Last: it reads every file once more.
    run add add_all || run blockedwork blocked_work
    run cleaned cleaned
    run worktree git write-tree
    run changes git diff-index --cached --raw -z --no-renames --no-abbrev --no-ext-diff "$base" --
  )
}
precious() {
  precious_specs >"$T/precious" || return 1
  lines <"$T/precious" | head -n 1000 | while IFS= read -r path; do
    path=$(printf '%s' "$path" | tr '\001' '\n')
    if [ -f "$path" ] && [ ! -L "$path" ] && h=$(git hash-object --no-filters -- "$path"); then printf '%s %s\0' "$h" "$path"
    else printf '%s %s\0' - "$path"; fi
  done
}
stash() {
  git rev-parse -q --verify refs/stash || return 0
  if git reflog exists refs/stash; then git log -g --format='%H %gs' refs/stash --; fi
}
refs() { git for-each-ref --format='%(objectname) %(objecttype) %(*objectname) %(refname)'; }
# Commits that no saved commit leads to, with their parents.
graph() {
  {
    git cat-file --batch-check='%(objecttype) ^%(objectname)' <"$T/known" | sed -n 's/^commit //p'
    { git rev-parse -q --verify HEAD; git for-each-ref --format='%(objectname)'; git for-each-ref --format='%(*objectname)'; } |
      grep . | git cat-file --batch-check='%(objecttype) %(objectname)' | sed -n 's/^commit //p'
  } >"$T/revisions"
  grep -q '^[0-9a-f]' "$T/revisions" || return 0
  git rev-list --parents --max-count=50000 --stdin <"$T/revisions"
}
lfs() {
  [ -d "$GIT_COMMON_DIR/lfs/objects" ] || return 0
  find "$GIT_COMMON_DIR/lfs/objects" -type f | sed 's|.*/||'
}
may_sudo() { command -v sudo >/dev/null && sudo -n true 2>/dev/null && echo yes; :; }
store() {
  run refs refs; run stash stash; run graph graph; run lfs lfs; left_behind
}
tree() {
  I=$(mktemp "$T/index.XXXXXX") || exit 95
  copy_index
  run head git symbolic-ref -q HEAD
  run oid git rev-parse -q --verify 'HEAD^{commit}'
  run unhide unhide
  run status status
  run ahead ahead
  run operation operation
  run pending pending
  trees
  run precious precious
}
# $1 kind, $2 path to show; the git variables select the repository
place() { sec "place $1"; printf '%s' "$2"; sec "gitdir"; printf '%s' "$GIT_DIR"; }
gone() { sec "place $1"; printf '%s' "$2"; sec unreadable; printf '%s' "$3"; }

modules() {
  {
    [ ! -e "$I" ] || GIT_INDEX_FILE=$I git ls-files -s -z | lines | grep '^160000' | cut -f2-
    nested
  } | while IFS= read -r line; do
    path=$(printf '%s' "$line" | tr '\001' '\n')
    [ -e "$path/.git" ] || [ -L "$path/.git" ] || continue
    (
      exec </dev/null
      label=$PREFIX$path
      [ "$DEPTH" -lt 6 ] || { gone submodule "$label" "is nested too deep"; exit 0; }
      cd "./$path" || { gone submodule "$label" "cannot be entered"; exit 0; }
      top=$PWD
      dir=$(unset GIT_DIR GIT_COMMON_DIR GIT_WORK_TREE; GIT_CEILING_DIRECTORIES=$(dirname "$top") git rev-parse --absolute-git-dir 2>/dev/null) && [ "$dir" != "$GIT_DIR" ] ||
        { gone submodule "$label" "is not a readable repository"; exit 0; }
      common=$(unset GIT_COMMON_DIR GIT_WORK_TREE; GIT_DIR=$dir git rev-parse --path-format=absolute --git-common-dir)
      # a working tree that was added to the clone: inspected as such
      [ "$common" != "$TOP/.git" ] || exit 0
      [ ! -e "$dir/commondir" ] || { gone submodule "$label" "leads to another repository"; exit 0; }
      export GIT_DIR="$dir" GIT_COMMON_DIR="$common" GIT_WORK_TREE="$top"
      DEPTH=$((DEPTH + 1)); PREFIX=$label/
      place submodule "$label"
      case $common in "$TOP"/.git/*) ;; *) run blocked blocked_files "$common" ;; esac
      tree; store; modules
    )
  done
}
worktrees() {
  for d in "$GIT_COMMON_DIR"/worktrees/*; do
    [ -f "$d/gitdir" ] || continue
    w=$(dirname "$(cat "$d/gitdir")")
    case $w in /*) ;; *) w=$d/$w ;; esac
    (
      export GIT_DIR="$d" GIT_WORK_TREE="$w"
      case $w in "$TOP"/*) near=1 ;; *) near=0 ;; esac
      if cd "$w" 2>/dev/null; then
        place worktree "$w"
        [ $near = 1 ] || { sec outside; run blocked blocked_folders "$w"; }
        tree
      elif [ $near = 0 ] && [ "$COWORK_WHERE" = helper ]; then gone worktree "$w" "is outside the clone, in the container, which is not running"
      elif [ $near = 0 ]; then place worktree "$w"; sec outside; sec stale; run head git symbolic-ref -q HEAD; run oid git rev-parse -q --verify 'HEAD^{commit}'; run pending pending
      else place worktree "$w"; sec stale; run head git symbolic-ref -q HEAD; run oid git rev-parse -q --verify 'HEAD^{commit}'; run pending pending; fi
    )
  done
}
bare_modules() {
  [ -d "$TOP/.git/modules" ] || return 0
  find "$TOP/.git/modules" -name HEAD -type f ! -path '*/logs/*' ! -path '*/refs/*' | while IFS= read -r head; do
    dir=$(dirname "$head")
    [ -d "$dir/objects" ] || continue
    (
      exec </dev/null
      [ ! -e "$dir/commondir" ] || { gone module "$dir" "leads to another repository"; exit 0; }
      export GIT_DIR="$dir" GIT_COMMON_DIR="$dir"; unset GIT_WORK_TREE
      place module "$dir"
      run head git symbolic-ref -q HEAD; run oid git rev-parse -q --verify 'HEAD^{commit}'; run pending pending; store
    )
  done
}

exec </dev/null
TOP=$PWD DEPTH=0 PREFIX=
place main ""
run blocked blocked "$TOP" "$GIT_DIR"
[ "$COWORK_WHERE" = helper ] || run sudo may_sudo
tree
store
modules
worktrees
bare_modules
sec end
`;
