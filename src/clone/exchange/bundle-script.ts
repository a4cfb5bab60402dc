import { indexFunctions } from "../git/index-script.ts";
import { shellWord } from "../../system/shell-word.ts";

export interface Identity {
  name: string;
  email: string;
}

/** A commit of the working tree, made while the bundle is written. */
export interface WorkInProgress {
  identity: Identity;
  /** first line of the commit's message */
  subject: string;
}

export const wipRef = "refs/cowork/wip";

/**
 * A script that writes a bundle to stdout. It reads lines from stdin: `have <id>`, commits that the project has, and
 * `want <id> <name>`. The bundle is made in a separate repository that only borrows the clone's objects: the clone's configuration
 * is not used, no ref or object is written in the clone, and the names in the bundle are ours.
 */
export function bundleScript(objectFormat: "sha1" | "sha256", work?: WorkInProgress): string {
  const wip = work === undefined ? "" : commitScript(work);
  return String.raw`T=$(mktemp -d) || exit 95
trap 'rm -rf "$T"' EXIT
cat >"$T/in" || exit 95
R=$T/repo
( unset GIT_DIR GIT_COMMON_DIR GIT_WORK_TREE; git init -q --bare --template= --object-format=${objectFormat} "$R" ) || exit 94
mkdir -p "$R/objects/info" && printf '%s\n' "$GIT_COMMON_DIR/objects" >"$R/objects/info/alternates" || exit 94
[ ! -f "$GIT_COMMON_DIR/shallow" ] || cat "$GIT_COMMON_DIR/shallow" >"$R/shallow"
${wip}
export GIT_DIR="$R" GIT_COMMON_DIR="$R"; unset GIT_WORK_TREE
sed -n 's/^want \([0-9a-f]*\) \(refs.*\)$/create \2 \1/p' "$T/in" | git update-ref --stdin || exit 94
{
  git for-each-ref --format='%(refname)'
  sed -n 's/^have //p' "$T/in" | git cat-file --batch-check='%(objecttype) ^%(objectname)' | sed -n 's/^commit //p'
} >"$T/revisions"
git bundle create -q - --stdin <"$T/revisions"
`;
}

/**
 * Commits the working tree, untracked files included, through a separate index. If the real index differs from both HEAD and the
 * working tree, a commit of the index comes first. Other repositories inside the working tree are left out, because git would
 * store a commit id instead of their content. Only git-lfs, if it is used, writes in the clone: objects into its store.
 */
function commitScript({ identity, subject }: WorkInProgress): string {
  const [name, email] = [shellWord(identity.name), shellWord(identity.email)];
  return String.raw`${indexFunctions}
I=$T/index
# objects that git-lfs makes from files are copied from the clone's own store afterwards
LFS=$GIT_COMMON_DIR/lfs
copy_index && unhide || exit 94
(
  export GIT_OBJECT_DIRECTORY="$R/objects" GIT_ALTERNATE_OBJECT_DIRECTORIES="$GIT_COMMON_DIR/objects"
  export GIT_AUTHOR_NAME=${name} GIT_AUTHOR_EMAIL=${email} GIT_COMMITTER_NAME=${name} GIT_COMMITTER_EMAIL=${email}
  head=$(git rev-parse -q --verify 'HEAD^{commit}')
  before=$(git rev-parse -q --verify 'HEAD^{tree}') || before=$(git hash-object -t tree /dev/null)
  index=$(GIT_INDEX_FILE=$I git write-tree 2>/dev/null) || index=$before
  add_all || exit 94
  tree=$(GIT_INDEX_FILE=$I git write-tree) || exit 94
  if [ "$tree" = "$before" ] && [ "$index" = "$before" ]; then exit 0; fi
  set --
  [ -z "$head" ] || set -- -p "$head"
  if [ "$index" != "$before" ] && [ "$index" != "$tree" ]; then
    staged=$(git commit-tree "$@" -m ${shellWord(`${subject}: what was staged`)} "$index") || exit 94
    set -- -p "$staged"
  fi
  git commit-tree "$@" -m ${shellWord(subject)} "$tree" >"$T/wip"
) || exit 94
if [ -s "$T/wip" ]; then
  printf 'want %s ${wipRef}\n' "$(cat "$T/wip")" >>"$T/in"
  # a bundle leaves out what the project already has
  printf 'cowork-wip %s\n' "$(cat "$T/wip")" >&2
fi
`;
}
