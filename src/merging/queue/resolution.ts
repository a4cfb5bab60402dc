import { fetchBundle } from "../../clone/exchange/pull-bundle.ts";
import type { GitInside } from "../../clone/types.ts";
import { savedBy } from "../../clone/unsaved/saved.ts";
import { CoworkError } from "../../errors.ts";
import { shellWord } from "../../system/shell-word.ts";
import { plain } from "../../system/text.ts";
import type { Context } from "../../system/context.ts";
import type { CandidateOptions } from "./candidate.ts";
import { checkOut, must, sendCommit } from "./check-out.ts";
import type { Scratch } from "./scratch.ts";

/** A merge that conflicts, as it is left in a clone for somebody to resolve. */
export interface Conflict {
  base: { commit: string; tree: string };
  /** the session's commit */
  commit: string;
  paths: readonly string[];
  /** the merged tree, with marks in it */
  tree: string;
}

/** Puts the conflict into the clone, with its marks. @throws GIT_FAILED */
export async function prepareConflict(
  ctx: Context,
  scratch: Scratch,
  inside: GitInside,
  { base, commit }: Conflict,
  { identity }: Pick<CandidateOptions, "identity">,
): Promise<void> {
  await checkOut(ctx, scratch, inside, base);
  await sendCommit(ctx, scratch, inside, commit);
  const script = String.raw`
export GIT_AUTHOR_NAME=${shellWord(identity.name)} GIT_AUTHOR_EMAIL=${shellWord(identity.email)}
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"
git merge --quiet --no-commit --no-ff --no-verify-signatures --allow-unrelated-histories ${commit} </dev/null >&2
[ -e "$GIT_DIR/MERGE_HEAD" ] || exit 93`;
  await must(inside, script, { what: "Preparing the conflict" });
}

/**
 * Takes a resolution from the clone into the scratch repository, and checks it there: it differs from the merge in the conflicted
 * files only, and no mark is left.
 * @returns the tree
 * @throws CONFLICT with the reason if it does not count, GIT_FAILED
 */
export async function collectResolution(
  ctx: Context,
  scratch: Scratch,
  inside: GitInside,
  { base, commit, paths, tree }: Conflict,
): Promise<string> {
  const script = String.raw`
T=$(mktemp) || exit 95
trap 'rm -f "$T"' EXIT
cat >"$T" || exit 95
export GIT_LITERAL_PATHSPECS=1 GIT_AUTHOR_NAME=cowork GIT_AUTHOR_EMAIL=cowork@localhost GIT_COMMITTER_NAME=cowork GIT_COMMITTER_EMAIL=cowork@localhost
git add -A --force --pathspec-from-file="$T" --pathspec-file-nul -- >&2 || exit 94
[ -z "$(git ls-files -u | head -c 1)" ] || exit 91
other=$(git status --porcelain --untracked-files=normal --ignore-submodules=all | grep '^.[^ ]' | cut -c4- | head -n 5)
[ -z "$other" ] || { printf '%s\n' "$other"; exit 92; }
tree=$(git write-tree) || exit 94
printf 'made %s\n' "$(git commit-tree -m resolution -p ${base.commit} -p ${commit} "$tree")"`;
  const input = Buffer.from(paths.map((path) => `${path}\0`).join(""));
  const { code, stdout, stderr } = await inside.script(script, { write: true, input, timeoutMs: 5 * 60_000 });
  if (code === 91) throw unusable("conflicts are left");
  if (code === 92) throw unusable(`other files were changed: ${plain(stdout).slice(0, 300)}`);
  const made = /^made ([0-9a-f]{40,64})$/m.exec(stdout)?.[1];
  if (code !== 0 || made === undefined)
    throw new CoworkError(
      "GIT_FAILED",
      `Taking the resolution failed: ${plain(stderr).slice(0, 300) || `code ${code}`}`,
    );
  const { objectFormat } = scratch;
  const have = await savedBy(ctx, scratch.source, { ask: false }).tips();
  const request = { session: "merge", objectFormat, have, want: [made] };
  await fetchBundle(ctx, inside, scratch.source, "refs/cowork/resolved/", request);
  return await checkResolution(scratch, { made, paths, tree });
}

async function checkResolution(
  scratch: Scratch,
  { made, paths, tree }: { made: string; paths: readonly string[]; tree: string },
): Promise<string> {
  const args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", tree, `${made}^{tree}`];
  const changed = (await scratch.ok("Comparing the resolution", args)).split("\0").filter((path) => path !== "");
  const others = changed.filter((path) => !paths.includes(path));
  if (others.length > 0) throw unusable(`other files were changed: ${others.slice(0, 5).map(plain).join(", ")}`);
  for (const path of paths) {
    const { code, stdout } = await scratch.git(["cat-file", "blob", `${made}:${path}`]);
    if (code === 0 && /^(?:<{7}|>{7}|\|{7})(?: |$)/m.test(stdout)) throw unusable(`marks are left in ${plain(path)}`);
  }
  return (await scratch.ok("Reading the resolution", ["rev-parse", "--verify", `${made}^{tree}`])).trim();
}

function unusable(why: string): CoworkError {
  return new CoworkError("CONFLICT", `The conflict was not resolved: ${why}.`);
}
