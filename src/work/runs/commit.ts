import { indexFunctions } from "../../clone/git/index-script.ts";
import type { GitInside } from "../../clone/types.ts";
import { shellWord } from "../../system/shell-word.ts";
import { plain } from "../../system/text.ts";

export interface CommitResult {
  /** absent: nothing was left to commit, or it could not be committed */
  commit?: string;
  /** one line: why not */
  problem?: string;
}

const [nothing, detached, busy] = [90, 91, 92];

/**
 * Commits what is left in the working tree on the branch that is checked out, without the repository's hooks and without a signature.
 * Other repositories in the working tree are left out. A merge or rebase in progress is left as it is.
 */
export async function commitRest(
  git: GitInside,
  {
    title,
    trailer,
    identity,
  }: { title: string; trailer: string; identity: { name?: string | undefined; email?: string | undefined } },
): Promise<CommitResult> {
  const { name = "cowork", email = "cowork@localhost" } = identity;
  const person = [
    `export GIT_AUTHOR_NAME=${shellWord(name)} GIT_COMMITTER_NAME=${shellWord(name)}`,
    `export GIT_AUTHOR_EMAIL=${shellWord(email)} GIT_COMMITTER_EMAIL=${shellWord(email)}`,
  ];
  const script = `${indexFunctions}
${person.join("\n")}
# If the session's user is root, the agent must still be able to read what is written here. Folders above are closed to others.
umask 022
git symbolic-ref -q HEAD >/dev/null || exit ${detached}
for f in MERGE_HEAD REBASE_HEAD CHERRY_PICK_HEAD REVERT_HEAD rebase-merge rebase-apply; do [ ! -e ".git/$f" ] || exit ${busy}; done
T=$(mktemp -d) || exit 95
trap 'rm -rf "$T"' EXIT
I=$GIT_DIR/index
{ printf '.\\0'; nested | sed 's|^|:(exclude,literal)|' | unlines; } >"$T/specs"
git add -A --pathspec-from-file="$T/specs" --pathspec-file-nul || exit 94
git diff --cached --quiet && exit ${nothing}
git -c core.hooksPath=/dev/null commit -q --no-verify --no-gpg-sign -F - || exit 94
git rev-parse HEAD`;
  const input = new TextEncoder().encode(`${title}\n\n${trailer}\n`);
  const { code, stdout, stderr } = await git.script(script, { write: true, input, timeoutMs: 5 * 60_000 });
  if (code === nothing) return {};
  if (code === detached) return { problem: "not committed: no branch is checked out" };
  if (code === busy) return { problem: "not committed: a merge or rebase is in progress" };
  const commit = /^[0-9a-f]{40,64}$/m.exec(stdout)?.[0];
  if (code === 0 && commit !== undefined) return { commit };
  return { problem: `not committed: ${plain(stderr.trim().split("\n").at(-1) ?? "").slice(0, 200) || `code ${code}`}` };
}
