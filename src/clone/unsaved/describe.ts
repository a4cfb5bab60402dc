import { plain } from "../../system/text.ts";
import type { GitView } from "../../session/types.ts";
import type { AbandonedCommit, BlockedPath, Holdings } from "../types.ts";

/** How many names a line lists before it gives the number of the others. */
const named = 5;

/** What would be lost, one short line each, without control characters. Empty: nothing. */
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
    ...(operation === null ? [] : [`${/^[aeiou]/.test(operation) ? "an" : "a"} ${operation} in progress`]),
    ...holdings.abandoned.filter(({ fate }) => fate === "left").map((one) => describeAbandoned(one, "on no branch")),
    ...describeBlocked(holdings.blocked),
    ...(holdings.outside === null ? [] : [outside[holdings.outside]]),
    ...holdings.unreadable.map((why) => `not readable: ${plain(why)}`),
    ...holdings.submodules.flatMap(({ path, nested, holdings: inner }) =>
      describeHoldings(inner).map(
        (line) => `${nested === true ? "nested repository" : "submodule"} ${plain(path)}: ${line}`,
      ),
    ),
    ...holdings.worktrees.flatMap(({ path, holdings: inner }) =>
      describeHoldings(inner).map((line) => `worktree ${plain(path)}: ${line}`),
    ),
  ];
}

const outside = {
  there: "is outside the clone, where it cannot be inspected once the container has stopped",
  gone: "its folder outside the clone does not exist any more, but git still lists it",
} as const;

/** What is removed with the clone but does not count as unsaved, one short line each: commits that something replaced. */
export function describeReplaced(holdings: Holdings): string[] {
  const replaced = holdings.abandoned.flatMap((one) =>
    one.fate === "left" ? [] : [describeAbandoned(one, fates[one.fate])],
  );
  return [
    ...replaced,
    ...[...holdings.submodules, ...holdings.worktrees].flatMap(({ path, holdings: inner }) =>
      describeReplaced(inner).map((line) => `${plain(path)}: ${line}`),
    ),
  ];
}

const fates = {
  rewritten: "replaced by an amend or a rebase",
  kept: "on no branch, with changes that other commits contain",
  reset: "undone by a reset, with files that have changed since",
} as const;

function describeAbandoned({ oid, subject, commits }: AbandonedCommit, why: string): string {
  return `${commits} ${commits === 1 ? "commit" : "commits"} ${why}: ${oid.slice(0, 10)} ${plain(subject)}`.trim();
}

function describeBlocked(blocked: readonly BlockedPath[]): string[] {
  const lines = blocked
    .slice(0, named)
    .map(({ shown }) => `not readable: ${plain(shown)} cannot be read by the session's user`);
  return blocked.length > named ? [...lines, `not readable: ${blocked.length - named} more`] : lines;
}

/**
 * The flags for `cowork pull` to bring all of it into the project, as far as a pull can: ignored files are copied by hand.
 * @param branches the session's own and the one it has checked out: pulled without a flag
 */
export function pullFlags(holdings: Holdings, branches: readonly (string | null)[]): string[] {
  const { uncommitted, untracked, stashes, unsavedRefs } = holdings;
  const inFiles = [uncommitted, untracked, stashes].some((found) => found.length > 0);
  const plainly = new Set(["HEAD", ...branches.map((branch) => `refs/heads/${branch}`)]);
  return [
    ...(inFiles ? ["--uncommitted"] : []),
    ...(unsavedRefs.every(({ ref }) => plainly.has(ref) || isRemote(ref)) ? [] : ["--all-branches"]),
  ];
}

/** Is it a branch of a remote, fetched inside? */
export function isRemote(ref: string): boolean {
  return ref.startsWith("refs/remotes/");
}

function describeRef({ ref, commits }: Holdings["unsavedRefs"][number]): string {
  const name = plain(ref)
    .replace(/^refs\/heads\//, "")
    .replace(/^refs\/tags\//, "tag ")
    .replace(/^refs\/remotes\//, "remote branch ");
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

/** The part that `status` shows; null if nothing could be read. */
export function toGitView(holdings: Holdings): GitView | null {
  const { head, branch, ahead, behind, counts } = holdings;
  if (head === null && branch === null && holdings.unreadable.length > 0) return null;
  const unpushedBranches = holdings.unsavedRefs.filter(({ ref }) => ref.startsWith("refs/heads/")).length;
  return { head: head ?? "", branch, ahead, behind, ...counts, unpushedBranches };
}
