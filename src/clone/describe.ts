import { plain } from "../system/text.ts";
import type { GitView } from "../session/types.ts";
import type { Holdings } from "./types.ts";

/** How many names a line carries before it says how many more there are. */
const named = 5;

/** What would be lost, one short line each, free of control characters. Empty: nothing. */
export function describeHoldings(holdings: Holdings): string[] {
  const { unsavedRefs, uncommitted, conflicted, untracked, precious, stashes, lfs, operation } = holdings;
  return [
    ...unsavedRefs.map(describeRef),
    ...list(
      uncommitted.filter((path) => !conflicted.includes(path)),
      "changed file",
      "changed files",
    ),
    ...list(conflicted, "file in conflict", "files in conflict"),
    ...list(untracked, "untracked file", "untracked files"),
    ...list(precious, "ignored file that looks precious", "ignored files that look precious"),
    ...list(stashes, "stash", "stashes"),
    ...list(
      lfs.map((oid) => oid.slice(0, 12)),
      "git-lfs object not in the project",
      "git-lfs objects not in the project",
    ),
    ...(operation === null ? [] : [`${/^[aeiou]/.test(operation) ? "an" : "a"} ${operation} under way`]),
    ...holdings.unreadable.map((why) => `not readable: ${plain(why)}`),
    ...holdings.submodules.flatMap(({ path, holdings: inner }) =>
      describeHoldings(inner).map((line) => `submodule ${plain(path)}: ${line}`),
    ),
    ...holdings.worktrees.flatMap(({ path, holdings: inner }) =>
      describeHoldings(inner).map((line) => `worktree ${plain(path)}: ${line}`),
    ),
  ];
}

/**
 * The flags with which `cowork pull` brings all of it into the project, as far as a pull can: ignored files are copied by hand.
 * @param branches the session's own and the one it is on: pulled without a flag
 */
export function pullFlags(holdings: Holdings, branches: readonly (string | null)[]): string[] {
  const { uncommitted, untracked, stashes, unsavedRefs } = holdings;
  const inFiles = [uncommitted, untracked, stashes].some((found) => found.length > 0);
  const plainly = new Set(["HEAD", ...branches.map((branch) => `refs/heads/${branch}`)]);
  return [
    ...(inFiles ? ["--uncommitted"] : []),
    ...(unsavedRefs.every(({ ref }) => plainly.has(ref)) ? [] : ["--all-branches"]),
  ];
}

function describeRef({ ref, commits }: Holdings["unsavedRefs"][number]): string {
  const name = plain(ref)
    .replace(/^refs\/heads\//, "")
    .replace(/^refs\/tags\//, "tag ");
  if (commits === 0) return `${name} not in the project`;
  return `${commits} ${commits === 1 ? "commit" : "commits"} on ${name} not in the project`;
}

function list(items: readonly string[], one: string, many: string): string[] {
  if (items.length === 0) return [];
  const names = items
    .slice(0, named)
    .map((item) => plain(item))
    .join(", ");
  const more = items.length > named ? ` and ${items.length - named} more` : "";
  return [`${items.length} ${items.length === 1 ? one : many}: ${names}${more}`];
}

/** What `status` shows; null where nothing could be read. */
export function toGitView(holdings: Holdings): GitView | null {
  const { head, branch, ahead, behind, counts } = holdings;
  if (head === null && branch === null && holdings.unreadable.length > 0) return null;
  const unpushedBranches = holdings.unsavedRefs.filter(({ ref }) => ref.startsWith("refs/heads/")).length;
  return { head: head ?? "", branch, ahead, behind, ...counts, unpushedBranches };
}
