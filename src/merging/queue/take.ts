import { fetchBundle } from "../../clone/exchange/pull-bundle.ts";
import { hasCommit, workOf } from "../../clone/exchange/incoming.ts";
import { copyLfs } from "../../clone/exchange/lfs-out.ts";
import { readRefsInside } from "../../clone/exchange/refs-inside.ts";
import type { GitInside } from "../../clone/types.ts";
import { savedBy } from "../../clone/unsaved/saved.ts";
import { CoworkError } from "../../errors.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import type { Taken } from "./candidate.ts";
import type { Scratch } from "./scratch.ts";

/** One session's clone, open. */
export interface TakenFrom {
  name: string;
  inside: GitInside;
  identity: { name: string | undefined; email: string | undefined };
}

const lookScript = String.raw`
for f in rebase-merge rebase-apply MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD sequencer; do
  [ ! -e "$GIT_DIR/$f" ] || { echo operation; exit 0; }
done
git status --porcelain --untracked-files=normal --ignore-submodules=none | head -c 65536
`;

/** What a session has that its commits do not: one line, undefined if there is nothing. @throws GIT_FAILED */
export async function uncommittedIn({ inside, name }: TakenFrom): Promise<string | undefined> {
  const { code, stdout, stderr } = await inside.script(lookScript);
  if (code !== 0)
    throw new CoworkError(
      "GIT_FAILED",
      `Reading session ${name} failed: ${plain(stderr).slice(0, 300) || `code ${code}`}`,
    );
  if (stdout.trim() === "operation") return "a merge or rebase is in progress";
  const count = stdout.split("\n").filter((line) => line !== "").length;
  if (count === 0) return undefined;
  return count === 1 ? "1 file is not committed" : `${count} files are not committed`;
}

/**
 * Brings a session's commit into the scratch repository; with `uncommitted` a commit of its working tree on top. The session does not
 * change. Its git-lfs objects go into the project, where nothing refers to them before the merge lands.
 * @param n number of the session in the queue
 * @throws GIT_FAILED, also for a session without commits; what `pull` throws
 */
export async function takeSession(
  ctx: Context,
  { scratch, source }: { scratch: Scratch; source: Source },
  from: TakenFrom,
  { n, uncommitted }: { n: number; uncommitted: boolean },
): Promise<Taken> {
  const { name, inside, identity } = from;
  const refs = await readRefsInside(inside);
  const { head } = refs;
  if (head === undefined) throw new CoworkError("GIT_FAILED", `Session ${name} has no commit.`);
  const saved = savedBy(ctx, scratch.source, { ask: false });
  const there = await saved.reachable([head]);
  const want = there.has(head) ? [] : [head];
  const work = uncommitted ? workOf(name, identity) : undefined;
  let commit = head;
  if (want.length > 0 || work !== undefined) {
    const wip = await fetchBundle(ctx, inside, scratch.source, `refs/cowork/item/${n}/`, {
      session: name,
      objectFormat: refs.objectFormat,
      have: await saved.tips(),
      want,
      ...(work === undefined ? {} : { work }),
    });
    if (wip !== undefined && (await hasCommit(ctx, scratch.source, wip))) commit = wip;
  }
  const lfs = uncommitted ? (await readRefsInside(inside)).lfs : refs.lfs;
  for (const note of await copyLfs(ctx, inside, source, lfs)) ctx.log(`merge: ${name}: ${note}`);
  return { name, commit };
}
