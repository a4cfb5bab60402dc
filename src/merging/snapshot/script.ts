import { indexFunctions } from "../../clone/git/index-script.ts";
import { shellWord } from "../../system/shell-word.ts";
import { hashedFileBytes, largeFileBytes, maxPaths } from "../limits.ts";

/** Exit code of the script: more paths have changed than are judged. */
export const tooManyPaths = 98;

/** The first line of the text that takes a large file's place. */
export const largeFileMark = "cowork: a large file, compared by its hash";

const date = "1000000000 +0000";

// In a template of JavaScript these would be its own placeholders.
const tmp = "${TMPDIR:-/tmp}";
const sizeOr = "${size:-99999}";
const withoutDot = "${path%.}";

/**
 * A script that commits the working tree, untracked files included, and writes a thin pack of what the other side lacks to stdout. It
 * reads lines from stdin: `have <id>`, commits that the other side has, and `known <id>`: if the result is one of those, there is no
 * pack. Author and date are fixed, so that equal content gives an equal id. Nothing is written in the clone: objects go to a folder of
 * ours. In a container that folder stays, so that the next time only changed files are read.
 * On stderr: `cowork-format`, `cowork-head <id>`, `cowork-tip <id>`, `cowork-during <operation>`, `cowork-same` if there is no pack.
 *
 * @param start the commit that the session started from: large files that it does not have are replaced
 * @param name of the folder that stays
 */
export function snapshotScript(start: string, name: string): string {
  return String.raw`${indexFunctions}${stepFunctions}
T=$(mktemp -d) || exit 95
trap 'rm -rf "$T"' EXIT
cat >"$T/in" || exit 95
export GIT_AUTHOR_NAME=cowork GIT_AUTHOR_EMAIL=cowork@localhost GIT_COMMITTER_NAME=cowork GIT_COMMITTER_EMAIL=cowork@localhost
export GIT_AUTHOR_DATE='${date}' GIT_COMMITTER_DATE='${date}'
start=${shellWord(start)}
format=$(git rev-parse --show-object-format) || format=sha1
printf 'cowork-format %s\n' "$format" >&2
head=$(git rev-parse -q --verify 'HEAD^{commit}')
[ -z "$head" ] || printf 'cowork-head %s\n' "$head" >&2
I=$T/index
R=$T/repo
LFS=$T/lfs
during=$(unfinished)
K=$T/kept
if [ "$COWORK_WHERE" = container ]; then keep "${tmp}/.cowork-${name}"; fi
if [ -n "$during" ]; then
  printf 'cowork-during %s\n' "$during" >&2
  tip=$head
  mkdir -p "$K/objects" || exit 95
else
  snapshot
  c=$?
  # What was kept may be damaged: once more without it.
  if [ $c -ne 0 ] && [ $c -ne ${tooManyPaths} ]; then rm -rf "$K"; K=$T/fresh; snapshot; c=$?; fi
  [ $c -eq 0 ] || exit $c
  tip=$(cat "$T/tip")
fi
[ -n "$tip" ] || { echo 'cowork-same' >&2; exit 0; }
printf 'cowork-tip %s\n' "$tip" >&2
if grep -q -x -F "known $tip" "$T/in"; then echo 'cowork-same' >&2; exit 0; fi
( unset GIT_DIR GIT_COMMON_DIR GIT_WORK_TREE; git init -q --bare --template= --object-format="$format" "$R" ) || exit 94
mkdir -p "$R/objects/info" && printf '%s\n' "$GIT_COMMON_DIR/objects" "$K/objects" >"$R/objects/info/alternates" || exit 94
[ ! -f "$GIT_COMMON_DIR/shallow" ] || cat "$GIT_COMMON_DIR/shallow" >"$R/shallow"
export GIT_DIR="$R" GIT_COMMON_DIR="$R"; unset GIT_WORK_TREE
{
  echo "$tip"
  sed -n 's/^have //p' "$T/in" | git cat-file --batch-check='%(objecttype) ^%(objectname)' | sed -n 's/^commit //p'
} >"$T/revisions"
git pack-objects -q --revs --thin --stdout --delta-base-offset --threads=2 <"$T/revisions" || exit 94
`;
}

/** `keep` uses a folder of an earlier look; `unfinished` names an operation in progress; `snapshot` writes the commit's id to `$T/tip`. */
const stepFunctions = String.raw`
keep() {
  mkdir -m 700 "$1" 2>/dev/null || { [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; } || return 0
  # A cache that has grown is emptied.
  size=$(du -sk "$1" 2>/dev/null | sed 's/[^0-9].*//')
  [ "${sizeOr}" -le 65536 ] || rm -rf "$1"/* || return 0
  K=$1
}
unfinished() {
  if [ -d "$GIT_DIR/rebase-merge" ] || [ -d "$GIT_DIR/rebase-apply" ]; then echo rebase
  elif [ -f "$GIT_DIR/MERGE_HEAD" ]; then echo merge
  elif [ -f "$GIT_DIR/CHERRY_PICK_HEAD" ]; then echo cherry-pick
  elif [ -f "$GIT_DIR/REVERT_HEAD" ]; then echo revert
  elif [ -n "$(git ls-files -u | head -n 1)" ]; then echo conflict
  fi
}
# The index of the last look has the times of the files that were read then. It is used as long as the session's own is the same.
kept_index() {
  [ -f "$K/index" ] && cmp -s "$K/base" "$GIT_DIR/index" && cat "$K/index" >"$I" && touch -r "$K/index" "$I"
}
keep_index() {
  [ -f "$GIT_DIR/index" ] && cp "$GIT_DIR/index" "$T/base" && cp -p "$I" "$T/kept-index" &&
    rm -f "$K/index" && mv -f "$T/base" "$K/base" && mv -f "$T/kept-index" "$K/index"
}
# The text in place of a large file, from its size and hash; beyond a limit its time counts instead of the hash.
placeholder() {
  size=$(wc -c <"$1" | tr -d ' ')
  if [ "$size" -le ${hashedFileBytes} ]; then hash=$(git hash-object --no-filters -- "$1") || return 1
  else hash=$(stat -c 'modified %Y' -- "$1" 2>/dev/null || ls -ldn -- "$1" | cut -c1-100 | tr -d '\n'); fi
  printf '%s\n%s bytes\n%s\n' '${largeFileMark}' "$size" "$hash" | git hash-object -w --stdin
}
# Lines: mode, id and name, for the index.
large_files() {
  [ -s "$T/candidates" ] || return 0
  sed 's|^|./|' "$T/candidates" | unlines | xargs -0 sh -c 'find "$@" -prune -type f -size +${largeFileBytes / 512} -print0' sh |
    lines | sed 's|^\./||' >"$T/large"
  while IFS= read -r line; do
    path=$(printf '%s.' "$line" | tr '\001' '\n'); path=${withoutDot}
    mode=100644; [ ! -x "$path" ] || mode=100755
    id=$(placeholder "./$path") || return 1
    printf '%s %s\t%s\n' "$mode" "$id" "$line"
  done <"$T/large"
}
# The same for what was committed since the start.
large_blobs() {
  git cat-file -e "$start^{commit}" 2>/dev/null || return 0
  git diff-tree -r -z --raw --no-renames --no-abbrev "$start" "$1" | lines |
    sed -n 'N;s/^:[0-7]* \(100[0-7]*\) [0-9a-f]* \([0-9a-f]*\) [A-Z][0-9]*\n\(.*\)/\2 \1	\3\//p' >"$T/new"
  [ -s "$T/new" ] || return 0
  # A name may end in spaces: the slash keeps them.
  git cat-file --batch-check='%(objectsize) %(objectname) %(rest)' <"$T/new" | grep -E '^[0-9]{7,} ' | while read -r size id rest; do
    [ "$size" -gt ${largeFileBytes} ] || continue
    place=$(printf '%s\n%s bytes\n%s\n' '${largeFileMark}' "$size" "$id" | git hash-object -w --stdin) || return 1
    printf '%s %s\t%s\n' "$(printf '%s' "$rest" | cut -f1)" "$place" "$(printf '%s' "$rest" | cut -f2- | sed 's|/$||')"
  done
}
snapshot() {
  mkdir -p "$K/objects/info" "$K/objects/pack" || return 95
  kept_index || { copy_index && unhide; } || return 94
  (
    export GIT_OBJECT_DIRECTORY="$K/objects" GIT_ALTERNATE_OBJECT_DIRECTORIES="$GIT_COMMON_DIR/objects"
    export GIT_INDEX_FILE=$I
    git ls-files -z --others --modified --exclude-standard | lines >"$T/changed" || exit 94
    [ "$(wc -l <"$T/changed")" -le ${maxPaths} ] || exit ${tooManyPaths}
    grep -v '/$' "$T/changed" >"$T/candidates"
    large_files >"$T/replaced" || exit 94
    {
      printf '.\0'
      { grep '/$' "$T/changed" | sed 's|/$||'; cat "$T/large" 2>/dev/null; } | sed 's|^|:(exclude,literal)|' | unlines
    } >"$T/specs"
    if [ -s "$T/changed" ]; then
      git -c lfs.storage="$LFS" -c core.compression=0 -c core.bigFileThreshold=1m add -A --pathspec-from-file="$T/specs" --pathspec-file-nul || exit 94
    fi
    keep_index
    [ ! -s "$T/replaced" ] || unlines <"$T/replaced" | git update-index --add --replace -z --index-info || exit 94
    tree=$(git write-tree) || exit 94
    before=$(git rev-parse -q --verify "$head^{tree}") || before=$(git hash-object -t tree /dev/null)
    large_blobs "$tree" >"$T/replaced" || exit 94
    if [ -s "$T/replaced" ]; then
      unlines <"$T/replaced" | git update-index --add -z --index-info || exit 94
      tree=$(git write-tree) || exit 94
    fi
    if [ "$tree" = "$before" ]; then printf '%s' "$head" >"$T/tip"; exit 0; fi
    set --
    [ -z "$head" ] || set -- -p "$head"
    git commit-tree "$@" -m snapshot "$tree" >"$T/tip"
  )
}
`;
