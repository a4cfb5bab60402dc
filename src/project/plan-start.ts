import { CoworkError } from "../errors.ts";
import { brokenRefRule } from "../system/names.ts";
import { plain } from "../system/text.ts";
import { tryGit, type GitContext } from "./git.ts";
import type { Project, StartPoint } from "./types.ts";

export interface StartRequest {
  /** the session's name, checked already */
  name: string;
  /** `--branch` */
  branch?: string | undefined;
  /** `--from` */
  from?: string | undefined;
  branchPrefix: string;
}

/**
 * Branch and commit that a new session starts from. A branch of that name that exists, in the project or on its origin as
 * last fetched, is checked out at its tip; then `--from` may only name that same commit. Otherwise the branch is made
 * from `--from`, else from the HEAD of the working tree that the user stands in.
 * @throws USAGE for a branch name that git refuses and for `--from` beside a branch elsewhere, REF_NOT_FOUND
 */
export async function planStart(
  ctx: GitContext,
  project: Pick<Project, "worktree">,
  request: StartRequest,
): Promise<StartPoint> {
  const branch = request.branch ?? `${request.branchPrefix}${request.name}`;
  const rule = brokenRefRule(branch);
  if (rule !== undefined)
    throw new CoworkError("USAGE", `\`${plain(branch)}\` cannot be a branch: ${rule}.`, {
      hint: "choose another --branch",
    });
  const ask = (name: string): Promise<string | undefined> => findCommit(ctx, project.worktree, name);
  const tip = (await ask(`refs/heads/${branch}`)) ?? (await ask(`refs/remotes/origin/${branch}`));
  const from = request.from === undefined ? undefined : await getCommit(ask, request.from);
  if (tip !== undefined) {
    if (from === undefined || from === tip) return { branch, commit: tip, existing: true };
    const message = `Branch ${plain(branch)} exists already, at ${tip.slice(0, 9)}, so it cannot start from ${plain(request.from ?? "")}.`;
    throw new CoworkError("USAGE", message, {
      hint: "leave --from out to go on with that branch, or choose another name with --branch",
    });
  }
  const commit = from ?? (await ask("HEAD"));
  if (commit !== undefined) return { branch, commit, existing: false };
  const hint = "say where to start: --from BRANCH";
  throw new CoworkError("REF_NOT_FOUND", "The branch that is checked out has no commit yet.", { hint });
}

/** `main` also means `origin/main` where only that exists. */
async function getCommit(ask: (name: string) => Promise<string | undefined>, from: string): Promise<string> {
  const commit = from.startsWith("-") ? undefined : ((await ask(from)) ?? (await ask(`refs/remotes/origin/${from}`)));
  if (commit !== undefined) return commit;
  const hint = "`git branch --all` and `git tag` show what there is; `git fetch` brings what is new";
  throw new CoworkError("REF_NOT_FOUND", `The project has no branch, tag or commit \`${plain(from)}\`.`, { hint });
}

async function findCommit(ctx: GitContext, cwd: string, name: string): Promise<string | undefined> {
  if (name.includes("\0")) return undefined;
  const answer = await tryGit(ctx, cwd, ["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
  return answer !== undefined && /^[0-9a-f]{40,64}$/.test(answer) ? answer : undefined;
}
