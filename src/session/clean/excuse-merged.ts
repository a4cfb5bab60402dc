import type { GitInside, Holdings } from "../../clone/types.ts";
import type { MergedWork } from "../../contract/merging/conflicts.ts";
import { indexFunctions } from "../../clone/git/index-script.ts";
import { snapshotScript } from "../../merging/snapshot/script.ts";
import { readLook } from "../../merging/snapshot/read-look.ts";
import type { SessionRecord } from "../record/record.ts";

/**
 * Files whose staged version is neither what is committed nor what the working tree has, and files that git does not look at: what
 * was merged is the working tree's version.
 */
const stagedScript = String.raw`${indexFunctions}
T=$(mktemp -d) || exit 95
trap 'rm -rf "$T"' EXIT
git diff-index --cached --name-only -z --no-ext-diff HEAD -- 2>/dev/null | lines | sort >"$T/staged" || exit 94
git diff-files --name-only -z --no-ext-diff | lines | sort >"$T/changed" || exit 94
comm -12 "$T/staged" "$T/changed"
git ls-files -v -z | lines | grep '^[a-z]'
echo end
`;

/**
 * What would be lost of a session whose work was found to be in the project's branch, though under other commits: without the commits and
 * files that were merged, if they are still exactly those. Everything else stays: stashes, other branches, ignored files, submodules,
 * separate repositories.
 */
export async function excuseMerged(
  inside: GitInside,
  record: Pick<SessionRecord, "id" | "start">,
  holdings: Holdings,
  merged: MergedWork,
): Promise<Holdings> {
  if (holdings.operation !== null || holdings.unreadable.length > 0 || holdings.conflicted.length > 0) return holdings;
  const script = snapshotScript(record.start.commit, `snapshot-${record.id.replace(/[^A-Za-z0-9._-]/g, "-")}`);
  // With any other result there is a pack, which is not read: the commit that the session started from keeps it small.
  const input = Buffer.from(`have ${record.start.commit}\nknown ${merged.tip}\n`);
  const result = await inside.script(script, { input, timeoutMs: 60_000, maxOutput: 1 << 20 });
  const look = readLook(result.stderr);
  if (result.code !== 0 || result.truncated || !look.isSame) return holdings;
  if (look.tip !== merged.tip || look.head !== merged.head || look.during !== undefined) return holdings;
  const staged = await inside.script(stagedScript);
  if (staged.code !== 0 || staged.stdout !== "end\n") return holdings;
  return {
    ...holdings,
    uncommitted: [],
    untracked: holdings.untracked.filter((path) => path.endsWith("/")),
    unsavedRefs: holdings.unsavedRefs.filter(({ tip }) => tip !== merged.head),
  };
}
