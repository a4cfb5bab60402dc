import { hostGit } from "../../clone/git/host-git.ts";
import type { Target } from "../../merging/look.ts";
import type { Project } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";

const fields = "--format=%(refname)%00%(objectname)%00%(symref)%00%(upstream)";

/**
 * The branch of the project that work is meant for: the one that `origin` says, else `main` or `master`, else the one that is checked
 * out. Its upstream counts too, because a merge may be there first.
 * @returns undefined if the project has no branch
 */
export async function projectTarget(ctx: Context, { source }: Pick<Project, "source">): Promise<Target | undefined> {
  const git = ["--git-dir", source.gitDir];
  const options = { safe: [source.gitDir] };
  const names = ["refs/remotes/origin/HEAD", "refs/heads", "refs/remotes/origin"];
  const [refs, head] = await Promise.all([
    hostGit(ctx, [...git, "for-each-ref", fields, ...names], options),
    hostGit(ctx, [...git, "symbolic-ref", "-q", "HEAD"], options),
  ]);
  const found = new Map(
    refs.stdout.split("\n").map((line) => {
      const [name = "", oid = "", target = "", upstream = ""] = line.split("\0");
      return [name, { oid, target, upstream }];
    }),
  );
  return chooseTarget(found, head.stdout.trim());
}

type Refs = ReadonlyMap<string, { oid: string; target: string; upstream: string }>;

/** Pure. @param head the full name of what is checked out */
export function chooseTarget(refs: Refs, head: string): Target | undefined {
  const remote = refs.get("refs/remotes/origin/HEAD")?.target.replace(/^refs\/remotes\/origin\//, "");
  for (const branch of [remote, "main", "master", head.replace(/^refs\/heads\//, "")]) {
    if (branch === undefined || branch === "") continue;
    const own = refs.get(`refs/heads/${branch}`);
    const upstream = refs.get(
      own?.upstream === undefined || own.upstream === "" ? `refs/remotes/origin/${branch}` : own.upstream,
    );
    const [first, ...more] = [...new Set([own?.oid, upstream?.oid])].filter((oid) => oid !== undefined && oid !== "");
    if (first !== undefined) return { branch, tips: [first, ...more.filter((oid) => oid !== undefined)] };
  }
  return undefined;
}
