import type { Context } from "../../system/context.ts";
import { hostGitOk } from "../git/host-git.ts";

/**
 * Files in a clone that differ from a commit: changed, removed and untracked ones, including ignored ones. Untracked folders are
 * returned as a whole. For a clone that no container has seen yet.
 * @returns paths inside the clone
 * @throws GIT_FAILED
 */
export async function addedToClone(ctx: Context, clone: string, commit: string): Promise<string[]> {
  const options = {
    safe: [clone],
    config: [
      ["core.fsmonitor", "false"],
      ["core.hooksPath", "/dev/null"],
    ] as const,
    maxOutput: 1 << 28,
    what: "Listing the files that initializeCommand created",
  };
  const changed = [
    "diff",
    "--name-only",
    "-z",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=all",
  ];
  const [tracked, others] = await Promise.all([
    hostGitOk(ctx, ["-C", clone, ...changed, commit], options),
    hostGitOk(ctx, ["-C", clone, "ls-files", "-z", "--others", "--directory", "--no-empty-directory"], options),
  ]);
  const paths = [...tracked.split("\0"), ...others.split("\0")].filter(
    (path) => path !== "" && !path.includes("\ufffd"),
  );
  return [...new Set(paths.map((path) => path.replace(/\/$/, "")))].toSorted();
}
