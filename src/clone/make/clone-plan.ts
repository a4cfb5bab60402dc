import type { CloneSpec } from "../types.ts";
import type { ProjectRefs, Ref } from "../git/project-refs.ts";
import { isNested } from "../../system/ref-names.ts";
import { type Setting, splitKey } from "../git/git-config.ts";
import { keptRemotes, latin1, planRemotes } from "./plan-remotes.ts";

/** What is written into the fresh clone's `.git`. Names are bytes in strings (latin1). */
export interface ClonePlan {
  packedRefs: string;
  /** `refs/remotes/origin/HEAD`, when the project knows it */
  originHead: string | undefined;
  settings: Setting[];
}

type Spec = Pick<CloneSpec, "start" | "origin">;

/**
 * Decides which refs and settings the clone gets:
 * - all tags; `refs/remotes/{remote}/*` of the remotes that are kept, as the project last fetched them;
 * - `refs/remotes/project/*`: the project's own branches, to compare with and merge from; `push` updates them;
 * - local branches: the session's, and the one that the project has checked out, because people and scripts refer to `main`.
 */
export function planClone(spec: Spec, project: ProjectRefs): ClonePlan {
  const { start } = spec;
  const branches = new Map(
    project.refs.filter((ref) => ref.name.startsWith(heads)).map((ref) => [ref.name.slice(heads.length), ref.oid]),
  );
  const locals = new Map<string, string>();
  const current = project.current === undefined ? undefined : latin1(project.current);
  const currentOid = current === undefined ? undefined : branches.get(current);
  if (current !== undefined && currentOid !== undefined && !isNested(current, latin1(start.branch)))
    locals.set(current, currentOid);
  locals.set(latin1(start.branch), start.commit);

  const remotes = [...keptRemotes(project.config, spec.origin)];
  const refs = [
    ...project.refs.filter((ref) => ref.name.startsWith("refs/tags/") || isBranchOf(remotes, ref)),
    ...[...branches].map(([name, oid]) => ({ name: `refs/remotes/project/${name}`, oid })),
    ...[...locals].map(([name, oid]) => ({ name: heads + name, oid })),
  ];
  const lines = refs.map((ref) => `${ref.oid} ${ref.name}\n`);
  const originHead =
    spec.origin === undefined
      ? undefined
      : project.refs.find((ref) => ref.name === origins + "HEAD" && ref.target.startsWith(origins))?.target;
  const upstreams = [...locals.keys()].flatMap((branch) =>
    upstream(branch, branch !== latin1(start.branch) || start.existing, project, spec, new Set(locals.keys())),
  );
  return {
    packedRefs: "# pack-refs with: \n" + lines.join(""),
    originHead,
    settings: [...general(spec, project), ...upstreams],
  };
}

const heads = "refs/heads/";
const origins = "refs/remotes/origin/";

function isBranchOf(remotes: readonly string[], ref: Ref): boolean {
  return ref.target === "" && remotes.some((remote) => ref.name.startsWith(`refs/remotes/${latin1(remote)}/`));
}

function general(spec: Spec, project: ProjectRefs): Setting[] {
  const settings: Setting[] = [];
  for (const [key, value] of project.config) {
    const { section, sub, name } = splitKey(key);
    if (section === "core" && sub === undefined) settings.push([section, sub, name, value]);
  }
  return [...settings, ...planRemotes(project.config, spec.origin)];
}

/** An existing branch keeps its upstream if that remote is kept; a branch that exists on origin only gets that one as upstream. */
function upstream(branch: string, existing: boolean, project: ProjectRefs, spec: Spec, locals: Set<string>): Setting[] {
  if (!existing) return [];
  const own = new Map<string, string>();
  for (const [key, value] of project.config) {
    const { section, sub, name } = splitKey(key);
    if (section === "branch" && sub !== undefined && latin1(sub) === branch) own.set(name, value);
  }
  const kept = keptRemotes(project.config, spec.origin);
  const remote = own.get("remote");
  const merge = own.get("merge");
  const pushTo = own.get("pushremote");
  const push: Setting[] =
    pushTo !== undefined && kept.has(pushTo) ? [["branch", branch, "pushRemote", latin1(pushTo)]] : [];
  const isThere =
    remote === "."
      ? merge?.startsWith(heads) === true && locals.has(latin1(merge.slice(heads.length)))
      : remote !== undefined && kept.has(remote);
  if (remote !== undefined && merge !== undefined && isThere) {
    const rebase = own.get("rebase");
    return [
      ["branch", branch, "remote", latin1(remote)],
      ["branch", branch, "merge", latin1(merge)],
      ...(rebase === undefined ? [] : [["branch", branch, "rebase", latin1(rebase)] as const]),
      ...push,
    ];
  }
  const isOnOrigin = kept.has("origin") && project.refs.some((ref) => ref.name === origins + branch);
  if (remote !== undefined || !isOnOrigin) return push;
  return [["branch", branch, "remote", "origin"], ["branch", branch, "merge", heads + branch], ...push];
}
