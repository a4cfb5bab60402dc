import { indexFunctions } from "../../clone/git/index-script.ts";
import type { GitInside } from "../../clone/types.ts";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";

/** What a run that must change nothing is compared with: everything that git can see of a clone. */
export interface CloneState {
  /** commit that HEAD is at; empty: none */
  head: string;
  /** HEAD itself, all refs, and a tree of the working tree, as one text */
  whole: string;
}

const script = String.raw`${indexFunctions}
T=$(mktemp -d) || exit 95
trap 'rm -rf "$T"' EXIT
I=$T/index LFS=$T/lfs
mkdir -p "$T/objects/info" "$T/objects/pack"
echo "head $(git rev-parse -q --verify 'HEAD^{commit}')"
echo "at $(git symbolic-ref -q HEAD)"
git for-each-ref --format='%(objectname) %(refname)' || exit 94
export GIT_OBJECT_DIRECTORY="$T/objects" GIT_ALTERNATE_OBJECT_DIRECTORIES="$GIT_COMMON_DIR/objects"
copy_index && unhide && add_all || exit 94
echo "tree $(GIT_INDEX_FILE=$I git write-tree 2>/dev/null || GIT_INDEX_FILE=$I git ls-files -s)"
`;

/**
 * Reads the state of a clone inside, with a temporary index: nothing in the clone is written.
 * @throws GIT_FAILED, ENGINE_…
 */
export async function readCloneState(git: GitInside): Promise<CloneState> {
  const { code, stdout, stderr } = await git.script(script, { timeoutMs: 5 * 60_000 });
  if (code !== 0) {
    const why = plain(stderr.trim().split("\n").at(-1) ?? "").slice(0, 300);
    throw new CoworkError("GIT_FAILED", `The state of the clone could not be read: ${why || `code ${code}`}`);
  }
  const head = /^head ([0-9a-f]{40,64})$/m.exec(stdout)?.[1] ?? "";
  return { head, whole: stdout };
}

/** What changed between two states, for a person; undefined: nothing. Pure. */
export function describeChange(before: CloneState, after: CloneState): string | undefined {
  if (before.whole === after.whole) return undefined;
  if (before.head !== after.head) return "HEAD moved";
  const refs = (state: CloneState): string => state.whole.slice(0, state.whole.lastIndexOf("tree "));
  return refs(before) === refs(after) ? "files changed" : "a branch or tag changed";
}
