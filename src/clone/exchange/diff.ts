import type { HostOutputs } from "../../contract/remote/rpc.ts";
import { CoworkError } from "../../errors.ts";
import { plain, visible } from "../../system/text.ts";
import { indexFunctions } from "../git/index-script.ts";
import { shellWord } from "../../system/shell-word.ts";
import type { GitInside } from "../types.ts";

export interface DiffOptions {
  /** full commit id that the session started from */
  start: string;
  stat?: boolean;
  /** pathspecs, relative to the clone's root */
  paths?: readonly string[];
  /** width for `stat` */
  columns?: number;
}

export type Diff = HostOutputs["diff"];

/** More than anyone reads, in bytes. */
const maxOutput = 64 * 1024 * 1024;

/**
 * The diff of everything a session has changed since it started: commits, uncommitted changes and untracked files together.
 * Nothing is written in the clone; diff drivers, text conversions and pagers that the clone configures are not used.
 *
 * @throws GIT_FAILED, ENGINE_…, TIMEOUT
 */
export async function diffSession(inside: GitInside, options: DiffOptions): Promise<Diff> {
  const { start, stat = false, paths = [], columns = 80 } = options;
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(start))
    throw new CoworkError("INTERNAL", `${plain(start)} is not a commit id.`);
  const what = stat ? [`--stat=${columns}`] : ["--patch"];
  const args = [
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=none",
    "--submodule=short",
    "-M",
    ...what,
    start,
  ];
  const script = String.raw`${indexFunctions}
T=$(mktemp -d) || exit 95
trap 'rm -rf "$T"' EXIT
I=$T/index
mkdir -p "$T/objects/info" "$T/objects/pack"
git cat-file -e ${start}'^{commit}' || exit 93
export GIT_OBJECT_DIRECTORY="$T/objects" GIT_ALTERNATE_OBJECT_DIRECTORIES="$GIT_COMMON_DIR/objects"
copy_index && unhide && add_all || exit 94
GIT_INDEX_FILE=$I git diff --cached ${args.map(shellWord).join(" ")} -- ${paths.map(shellWord).join(" ")}
`;
  const result = await inside.script(script, { maxOutput, timeoutMs: 5 * 60_000 });
  if (result.code === 93) {
    throw new CoworkError(
      "GIT_FAILED",
      `The session no longer has the commit it started from (${start.slice(0, 12)}).`,
    );
  }
  if (result.code !== 0 && !result.truncated) {
    const message = plain(result.stderr.trim().split("\n").at(-1) ?? "").slice(0, 300);
    throw new CoworkError("GIT_FAILED", `git diff failed in the session: ${message || `code ${result.code}`}`);
  }
  return { text: visible(result.stdout), truncated: result.truncated };
}
