import type { Identity } from "./bundle-script.ts";
import { shellWord } from "../../system/shell-word.ts";

/** Reads a bundle from stdin (empty: the commits are there already) and moves one ref to the pushed commit. */
export function copyCommitsScript(target: string, oid: string): string {
  return String.raw`T=$(mktemp -d) || exit 95
trap 'rm -rf "$T"' EXIT
cat >"$T/bundle" || exit 95
# If the session has fetched more from its origin than the project knows, its ref stays.
case ${shellWord(target)} in refs/remotes/origin/*)
  if git merge-base --is-ancestor ${oid} ${shellWord(target)} 2>/dev/null; then echo kept; exit 0; fi ;;
esac
if [ -s "$T/bundle" ]; then
  GIT_ALLOW_PROTOCOL=file git fetch --quiet --no-tags --no-write-fetch-head --no-recurse-submodules --refmap= "$T/bundle" ${shellWord(`+refs/cowork/0:${target}`)} || exit 94
else
  git update-ref -m 'cowork push' ${shellWord(target)} ${oid} || exit 94
fi
[ "$(git rev-parse -q --verify ${shellWord(target)})" = ${oid} ]
`;
}

/**
 * Merges a commit into the current branch, or rebases the branch onto it. Does not start while another operation is in progress (91)
 * or with uncommitted changes (92). On conflicts (90) it aborts, so that everything is as it was, or with `keep` leaves them. No hook runs.
 */
export function integrateScript(
  how: "merge" | "rebase",
  commit: string,
  { identity, keep }: { identity: Identity; keep: boolean },
): string {
  const act =
    how === "merge"
      ? `git merge --quiet --no-edit --no-verify-signatures ${commit}`
      : `git rebase --quiet --no-autostash ${commit}`;
  const [name, email] = [shellWord(identity.name), shellWord(identity.email)];
  return String.raw`export GIT_AUTHOR_NAME=${name} GIT_AUTHOR_EMAIL=${email} GIT_COMMITTER_NAME=${name} GIT_COMMITTER_EMAIL=${email}
for f in rebase-merge rebase-apply MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD sequencer; do [ ! -e "$GIT_DIR/$f" ] || exit 91; done
[ -z "$(git status --porcelain --untracked-files=no --ignore-submodules=dirty)" ] || exit 92
from=$(git rev-parse -q --verify 'HEAD^{commit}') || exit 94
if ${act} </dev/null >&2; then printf 'moved %s %s\n' "$from" "$(git rev-parse HEAD)"; exit 0; fi
git diff --name-only -z --diff-filter=U | tr '\n\000' '\001\n' | sed 's/^/conflict /' | tr '\n\001' '\000\n'
begun=0
for f in rebase-merge rebase-apply MERGE_HEAD; do [ ! -e "$GIT_DIR/$f" ] || begun=1; done
[ $begun = 1 ] || exit 89
${keep ? "" : `git ${how} --abort >&2 || exit 88`}
exit 90
`;
}
