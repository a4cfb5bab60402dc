import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeBundle } from "../../clone/exchange/make-bundle.ts";
import { copyCommitsScript } from "../../clone/exchange/push-script.ts";
import { readRefsInside } from "../../clone/exchange/refs-inside.ts";
import type { GitInside } from "../../clone/types.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { removeTree } from "../../system/files/tree.ts";
import { plain } from "../../system/text.ts";
import type { Candidate } from "./candidate.ts";
import type { Scratch } from "./scratch.ts";

const ref = "refs/cowork/merge";
const minutes = 60_000;

/**
 * Gives the clone of the merge's own session a commit of the scratch repository.
 * @throws GIT_FAILED
 */
export async function sendCommit(ctx: Context, scratch: Scratch, inside: GitInside, commit: string): Promise<void> {
  const folder = join(ctx.paths.stateRoot, ".tmp", `merge-${randomBytes(8).toString("hex")}`);
  await ensureFolder(folder, { mode: 0o700 });
  try {
    const { refs } = await readRefsInside(inside);
    const file = await makeBundle(ctx, scratch.source, { oids: [commit], have: [...refs.values()] }, folder);
    const input = file === undefined ? new Uint8Array() : await readFile(file);
    await must(inside, copyCommitsScript(ref, commit), { input, what: "Sending the merged commits" });
  } finally {
    await removeTree(folder);
  }
}

/**
 * Checks a candidate out in the clone of the merge's own session, exactly: files that the tests before it left are removed, ignored
 * ones stay, because they save time.
 * @throws GIT_FAILED if the clone does not have exactly this tree afterwards
 */
export async function checkOut(
  ctx: Context,
  scratch: Scratch,
  inside: GitInside,
  { commit, tree }: Pick<Candidate, "commit" | "tree">,
): Promise<void> {
  await sendCommit(ctx, scratch, inside, commit);
  const script = String.raw`
for f in rebase-merge rebase-apply MERGE_HEAD CHERRY_PICK_HEAD REVERT_HEAD sequencer index.lock; do rm -rf "$GIT_DIR/$f"; done
git checkout -q --force --detach ${commit} </dev/null >&2 || exit 94
git clean -ffdq >&2 || exit 94
[ "$(git rev-parse HEAD)" = ${commit} ] && [ "$(git rev-parse 'HEAD^{tree}')" = ${tree} ] || exit 93
[ -z "$(git status --porcelain --untracked-files=no --ignore-submodules=all | head -c 1)" ] || exit 92`;
  await must(inside, script, { what: "Checking the merged commit out" });
}

/** Runs a script that changes the clone. @throws GIT_FAILED */
export async function must(
  inside: GitInside,
  script: string,
  { what, input }: { what: string; input?: Uint8Array },
): Promise<string> {
  const options = { write: true, timeoutMs: 30 * minutes, ...(input === undefined ? {} : { input }) };
  const { code, stdout, stderr } = await inside.script(script, options);
  if (code === 0) return stdout;
  const why = plain(stderr.trim().split("\n").at(-1) ?? "").slice(0, 300) || `code ${code}`;
  throw new CoworkError("GIT_FAILED", `${what} failed: ${why}`, { detail: stderr });
}
