import { rename } from "node:fs/promises";
import { join } from "node:path";
import type { GitInside } from "../../clone/types.ts";
import { indexFunctions } from "../../clone/git/index-script.ts";
import type { RunView } from "../../contract/work/run.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { lookAtPath, readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { removeTree } from "../../system/files/tree.ts";
import { createRunTranscript } from "../transcript/run-transcript.ts";
import type { WorkPlace } from "../types.ts";
import { outputFile } from "./output/accepted.ts";
import type { Supervised } from "./supervise/supervised.ts";
import type { RunSession } from "./types.ts";

/** Files that a run leaves, as they are named for people, and in its folder. */
export const artifactFiles = [
  ["prompt.md", "prompt.md"],
  ["plan.md", "plan.md"],
  ["report.md", "report.md"],
  ["transcript.md", "transcript.md"],
  ["transcript.jsonl", "output.jsonl"],
  ["diff.patch", "diff.patch"],
  ["result.json", "result.json"],
] as const;

/** Those that exist. */
export function listArtifacts(ctx: Pick<Context, "paths">, id: string, n: number): RunView["artifacts"] {
  return artifactFiles.flatMap(([name, file]) => {
    const stats = lookAtPath(join(ctx.paths.run(id, n), file));
    return stats?.isFile() === true ? [{ name, bytes: stats.size }] : [];
  });
}

/**
 * Writes what a run leaves. What cannot be written is missing, and does not change how the run ended.
 * @param view the run as it ends
 */
export async function finishArtifacts(
  ctx: Context,
  run: Pick<Supervised, "place" | "n" | "progress"> & { session: RunSession },
  view: RunView,
): Promise<RunView["artifacts"]> {
  const { id } = run.place;
  const folder = ctx.paths.run(id, run.n);
  const write = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      ctx.signal.throwIfAborted();
      ctx.log(`run ${view.id}: ${name}: ${toCoworkError(error).message}`);
    }
  };
  const put = async (name: string, text: string): Promise<void> =>
    await write(name, async () => await writeFileAtomic(join(folder, name), text, { mode: 0o600 }));
  const text = run.progress.result?.text ?? "";
  if (text !== "") await put("report.md", `${text.trimEnd()}\n`);
  await write(
    "diff.patch",
    async () => await writeDiff(ctx, await run.session.git(ctx), { id, n: run.n, to: join(folder, "diff.patch") }),
  );
  await write(
    "transcript.md",
    async () => await writeTranscript(ctx, run.place, { n: run.n, to: join(folder, "transcript.md") }),
  );
  await put("result.json", `${JSON.stringify(resultOf(view), null, 2)}\n`);
  return listArtifacts(ctx, id, run.n);
}

function resultOf(view: RunView): object {
  const { id, state, reason, detail, unpriced, cost, tokens, turns, workedMs, denials, commit, model, conversation } =
    view;
  const outcome = { id, state, reason, detail, commit, model, conversation };
  const spent = unpriced === true ? {} : { cost, costBasis: "list prices in USD" };
  return { ...outcome, ...spent, tokens, turns, workedMs, denials };
}

const noStart = 93;

/**
 * Writes the changes since a run started, commits and uncommitted files together, as a patch that `git apply` takes.
 * Does nothing if the start is not known, or the clone does not have that commit any more.
 */
export async function writeDiff(
  ctx: Pick<Context, "paths">,
  git: GitInside,
  { id, n, to }: { id: string; n: number; to: string },
): Promise<void> {
  const known = await readTextFile(join(ctx.paths.run(id, n), "start.json"), { maxBytes: 4096 });
  const head = /"head":"([0-9a-f]{40,64})"/.exec(known ?? "")?.[1];
  if (head === undefined) return;
  const script = String.raw`${indexFunctions}
T=$(mktemp -d) || exit 95
trap 'rm -rf "$T"' EXIT
I=$T/index LFS=$T/lfs
mkdir -p "$T/objects/info" "$T/objects/pack"
git cat-file -e ${head}'^{commit}' || exit ${noStart}
export GIT_OBJECT_DIRECTORY="$T/objects" GIT_ALTERNATE_OBJECT_DIRECTORIES="$GIT_COMMON_DIR/objects"
{ copy_index && unhide && add_all; } >/dev/null || exit 94
GIT_INDEX_FILE=$I git diff --cached --binary --no-color --no-ext-diff --no-textconv --ignore-submodules=none --submodule=short ${head} --
`;
  const temporary = `${to}.new`;
  await removeTree(temporary);
  const { code } = await git.save(script, temporary, { timeoutMs: 5 * 60_000 });
  try {
    if (code === 0) await rename(temporary, to);
  } finally {
    await removeTree(temporary);
  }
}

/** Characters of a readable transcript at most. */
const maxTranscript = 64 * 1024 * 1024;

/** Writes the accepted output in readable form. */
export async function writeTranscript(
  ctx: Pick<Context, "paths">,
  place: Pick<WorkPlace, "id" | "agent">,
  { n, to }: { n: number; to: string },
): Promise<void> {
  if (lookAtPath(outputFile(ctx, place.id, n)) === undefined) return;
  const parts: string[] = [];
  let size = 0;
  for await (const lines of createRunTranscript(ctx, place, n)()) {
    for (const line of lines) {
      size += line.length + 1;
      if (size <= maxTranscript) parts.push(line);
    }
  }
  await writeFileAtomic(to, `${parts.join("\n")}\n`, { mode: 0o600 });
}
