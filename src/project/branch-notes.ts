import { CoworkError } from "../errors.ts";
import { type Clash, findClash, type NameSpace, otherName } from "../system/ref-names.ts";
import { plain } from "../system/text.ts";
import { askGit, type GitContext } from "./git.ts";
import type { Project, StartPoint } from "./types.ts";

/**
 * Checks whether the sessions' new branches could become branches of the project under their own names.
 * @returns one line for each branch that `pull` will have to rename
 * @throws USAGE for a name that git or a remote reserves
 */
export async function checkBranches(
  ctx: GitContext,
  project: Pick<Project, "worktree">,
  sessions: readonly { name: string; start: StartPoint }[],
): Promise<string[]> {
  if (sessions.length === 0) return [];
  const space = await readNameSpace(ctx, project.worktree);
  const notes: string[] = [];
  for (const { name, start } of sessions) {
    const ref = `refs/heads/${start.branch}`;
    const clash = findClash(ref, space);
    if (clash === undefined) continue;
    const other = await otherName(ref, name, space, () => Promise.resolve(true));
    if (clash.kind === "reserved") throw reserved(start.branch, shortName(other), clash);
    notes.push(`${name}: ${why(start.branch, clash)}; pull will name it ${plain(shortName(other))}`);
  }
  return notes;
}

function why(branch: string, { kind, with: other }: Clash): string {
  return kind === "nested"
    ? `the project cannot have both ${plain(shortName(other))} and a branch ${plain(branch)}`
    : `in the project, git would confuse the branch ${plain(branch)} with ${plain(other)}`;
}

function reserved(branch: string, other: string, clash: Clash): CoworkError {
  const message = `\`${plain(branch)}\` cannot be a session's branch: git would confuse it with ${plain(clash.with)}.`;
  return new CoworkError("USAGE", message, { hint: `choose another name, for example --branch ${plain(other)}` });
}

async function readNameSpace(ctx: GitContext, cwd: string): Promise<NameSpace> {
  const parts = async (separator: string, ...args: string[]): Promise<string[]> =>
    (await askGit(ctx, cwd, args)).stdout.split(separator).filter((part) => part !== "");
  const [refs, settings] = await Promise.all([
    parts("\n", "for-each-ref", "--format=%(refname)"),
    parts("\0", "config", "-z", "--get-regexp", String.raw`^(remote\..*|core\.ignorecase)$`),
  ]);
  // Each entry is key, newline, value. A key without a value means true.
  const ignoreCase = settings.findLast((entry) => /^core\.ignorecase(\n|$)/.test(entry)) ?? "core.ignorecase\nfalse";
  return {
    refs: new Set(refs),
    remotes: [...new Set(settings.flatMap((entry) => /^remote\.(.+)\.[^.\n]+(?:\n|$)/.exec(entry)?.[1] ?? []))],
    ignoreCase: /^core\.ignorecase(\n(true|yes|on|[1-9]\d*))?$/i.test(ignoreCase),
  };
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/heads\//, "");
}
