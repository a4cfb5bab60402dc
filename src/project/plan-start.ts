import { CoworkError } from "../errors.ts";
import { brokenRefRule } from "../system/names.ts";
import { findCommits, findMeanings, type AskGit } from "../system/ref-meanings.ts";
import { branchName } from "../system/ref-names.ts";
import { plain } from "../system/text.ts";
import { askGit, tryGit, type GitContext } from "./git.ts";
import type { Project, StartPoint } from "./types.ts";

export interface StartRequest {
  /** the session's name, checked already */
  name: string;
  /** `--branch`; `refs/heads/x` means `x` */
  branch?: string | undefined;
  /** `--from` */
  from?: string | undefined;
  branchPrefix: string;
}

/**
 * Branch and commit that each new session starts from; git is asked once for all their branches. A branch of that name that exists, in the project or on its origin as
 * last fetched, is checked out at its tip; then `--from` may only name that same commit. Otherwise the branch is made
 * from `--from`, else from the HEAD of the working tree that the user stands in.
 * @throws USAGE for a branch name that git refuses, for `--from` beside a branch elsewhere, and for a `--from` that means several commits; REF_NOT_FOUND
 */
export async function planStarts(
  ctx: GitContext,
  project: Pick<Project, "worktree">,
  requests: readonly StartRequest[],
): Promise<StartPoint[]> {
  const wanted = requests.map((request) => ({ request, branch: checkBranch(request) }));
  const names = wanted.flatMap(({ branch }) => [`refs/heads/${branch}`, `refs/remotes/origin/${branch}`]);
  const git: AskGit = async (args, input) => (await askGit(ctx, project.worktree, args, input)).stdout;
  const commits = await findCommits(git, ["HEAD", ...names]);
  const ask = (name: string): Promise<string | undefined> => findCommit(ctx, project.worktree, name);
  const starts: StartPoint[] = [];
  const asked = new Map<string, Promise<string>>();
  for (const { request, branch } of wanted) {
    const tip = commits.get(`refs/heads/${branch}`) ?? commits.get(`refs/remotes/origin/${branch}`);
    const { from: options } = request;
    if (options !== undefined && !asked.has(options)) asked.set(options, getCommit(git, ask, options));
    const from = options === undefined ? undefined : await asked.get(options);
    starts.push(chooseStart({ branch, tip, from, head: commits.get("HEAD"), options }));
  }
  return starts;
}

function checkBranch(request: StartRequest): string {
  const branch = branchName(request.branch ?? `${request.branchPrefix}${request.name}`);
  const rule = brokenRefRule(branch);
  if (rule === undefined) return branch;
  throw new CoworkError("USAGE", `\`${plain(branch)}\` cannot be a branch: ${rule}.`, {
    hint: "choose another --branch",
  });
}

/** What was found, as commits; `options` is `--from` as it was given. */
interface Found {
  branch: string;
  tip: string | undefined;
  from: string | undefined;
  head: string | undefined;
  options: string | undefined;
}

function chooseStart({ branch, tip, from, head, options }: Found): StartPoint {
  if (tip !== undefined) {
    if (from === undefined || from === tip) return { branch, commit: tip, existing: true };
    const message = `Branch ${plain(branch)} exists already, at ${tip.slice(0, 9)}, so it cannot start from ${plain(options ?? "")}.`;
    throw new CoworkError("USAGE", message, {
      hint: "leave --from out to go on with that branch, or choose another name with --branch",
    });
  }
  const commit = from ?? head;
  if (commit !== undefined) return { branch, commit, existing: false };
  const hint = "say where to start: --from BRANCH";
  throw new CoworkError("REF_NOT_FOUND", "The branch that is checked out has no commit yet.", { hint });
}

/** `main` also means `origin/main` where only that exists. */
async function getCommit(
  git: AskGit,
  ask: (name: string) => Promise<string | undefined>,
  from: string,
): Promise<string> {
  const meanings = await findMeanings(git, from);
  if (meanings.length > 1) {
    const all = meanings.map((meaning) => plain(meaning)).join(", ");
    throw new CoworkError("USAGE", `\`${plain(from)}\` means several commits in this project: ${all}.`, {
      hint: `say which: --from ${plain(meanings[0] ?? "")}`,
    });
  }
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
