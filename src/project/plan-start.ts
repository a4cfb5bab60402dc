import { CoworkError } from "../errors.ts";
import { brokenRefRule } from "../system/names.ts";
import { findCommits, findMeanings, type AskGit } from "../system/ref-meanings.ts";
import { branchName } from "../system/ref-names.ts";
import { plain } from "../system/text.ts";
import { askGit, tryGit, type GitContext } from "./git.ts";
import type { Project, StartPoint } from "./types.ts";

export interface StartRequest {
  /** the session's name, already validated */
  name: string;
  /** `--branch`; `refs/heads/x` means `x` */
  branch?: string | undefined;
  /** `--from` */
  from?: string | undefined;
  branchPrefix: string;
}

/**
 * Plans the branch and the commit that each new session starts from, with one call of git for all branches. A branch that exists,
 * in the project or on its origin as last fetched, is checked out at its tip; `--from` may then only name that same commit.
 * Otherwise the branch is created from `--from`, or from the HEAD of the current working tree.
 * @throws USAGE for an invalid branch name, for `--from` with an existing branch at another commit, and for an ambiguous `--from`;
 * REF_NOT_FOUND
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

/** The commits found; `options` is `--from` as it was given. */
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
    const message = `Branch ${plain(branch)} already exists at ${tip.slice(0, 9)}, so it cannot start from ${plain(options ?? "")}.`;
    throw new CoworkError("USAGE", message, {
      hint: "leave out --from to continue that branch, or choose another name with --branch",
    });
  }
  const commit = from ?? head;
  if (commit !== undefined) return { branch, commit, existing: false };
  const hint = "choose where to start: --from BRANCH";
  throw new CoworkError("REF_NOT_FOUND", "The checked-out branch has no commits yet.", { hint });
}

/** `main` also means `origin/main` if only that exists. */
async function getCommit(
  git: AskGit,
  ask: (name: string) => Promise<string | undefined>,
  from: string,
): Promise<string> {
  const meanings = await findMeanings(git, from);
  if (meanings.length > 1) {
    const all = meanings.map((meaning) => plain(meaning)).join(", ");
    throw new CoworkError("USAGE", `\`${plain(from)}\` is ambiguous in this project: ${all}.`, {
      hint: `name one of them: --from ${plain(meanings[0] ?? "")}`,
    });
  }
  const commit = from.startsWith("-") ? undefined : ((await ask(from)) ?? (await ask(`refs/remotes/origin/${from}`)));
  if (commit !== undefined) return commit;
  const hint = "list them with `git branch --all` and `git tag`, or run `git fetch` first";
  throw new CoworkError("REF_NOT_FOUND", `The project has no branch, tag or commit \`${plain(from)}\`.`, { hint });
}

async function findCommit(ctx: GitContext, cwd: string, name: string): Promise<string | undefined> {
  if (name.includes("\0")) return undefined;
  const answer = await tryGit(ctx, cwd, ["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
  return answer !== undefined && /^[0-9a-f]{40,64}$/.test(answer) ? answer : undefined;
}
