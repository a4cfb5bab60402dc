import type { CloneSpec } from "./types.ts";
import type { ProjectRefs, Ref } from "./project-refs.ts";
import { type Setting, splitKey } from "./git-config.ts";

/** What is written into the fresh clone's `.git`. Names are bytes in strings (latin1). */
export interface ClonePlan {
  packedRefs: string;
  /** `refs/remotes/origin/HEAD`, when the project knows it */
  originHead: string | undefined;
  settings: Setting[];
}

type Spec = Pick<CloneSpec, "start" | "origin">;

/**
 * Which refs and settings the clone gets:
 * - tags as they are; `refs/remotes/origin/*` as the project last saw them (when there is an origin at all);
 * - `refs/remotes/project/*`: the project's own branches as they were, to compare with and merge from; `push` renews them;
 * - local branches: the session's, and the one that the project has checked out, since people and scripts say `main`.
 */
export function planClone(spec: Spec, project: ProjectRefs): ClonePlan {
  const { start } = spec;
  const branches = new Map(
    project.refs.filter((ref) => ref.name.startsWith(heads)).map((ref) => [ref.name.slice(heads.length), ref.oid]),
  );
  const locals = new Map<string, string>();
  const current = project.current === undefined ? undefined : latin1(project.current);
  const currentOid = current === undefined ? undefined : branches.get(current);
  if (current !== undefined && currentOid !== undefined && !nested(current, latin1(start.branch)))
    locals.set(current, currentOid);
  locals.set(latin1(start.branch), start.commit);

  const refs = [
    ...project.refs.filter(
      (ref) => ref.name.startsWith("refs/tags/") || (spec.origin !== undefined && isOriginBranch(ref)),
    ),
    ...[...branches].map(([name, oid]) => ({ name: `refs/remotes/project/${name}`, oid })),
    ...[...locals].map(([name, oid]) => ({ name: heads + name, oid })),
  ];
  const lines = refs.map((ref) => `${ref.oid} ${ref.name}\n`);
  const originHead =
    spec.origin === undefined
      ? undefined
      : project.refs.find((ref) => ref.name === origins + "HEAD" && ref.target.startsWith(origins))?.target;
  const upstreams = [...locals.keys()].flatMap((branch) =>
    upstream(branch, branch !== latin1(start.branch) || start.existing, project, spec),
  );
  return {
    packedRefs: "# pack-refs with: \n" + lines.join(""),
    originHead,
    settings: [...general(spec, project), ...upstreams],
  };
}

const heads = "refs/heads/";
const origins = "refs/remotes/origin/";

function isOriginBranch(ref: Ref): boolean {
  return ref.name.startsWith(origins) && ref.target === "";
}

/** `a` and `a/b` cannot both be branches. */
function nested(one: string, other: string): boolean {
  return one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

function general(spec: Spec, project: ProjectRefs): Setting[] {
  const settings: Setting[] = [];
  for (const [key, value] of project.config) {
    const { section, sub, name } = splitKey(key);
    if (section === "core" && sub === undefined) settings.push([section, sub, name, value]);
  }
  if (spec.origin === undefined) return settings;
  settings.push(
    ["remote", "origin", "url", spec.origin],
    ["remote", "origin", "fetch", "+refs/heads/*:refs/remotes/origin/*"],
  );
  // A partial clone goes on fetching what it lacks from its origin.
  for (const [key, value] of project.config) {
    const { section, sub, name } = splitKey(key);
    if (section === "remote" && sub === "origin") settings.push([section, sub, name, value]);
  }
  return settings;
}

/** An existing branch follows what it follows in the project; one that only origin has follows that. */
function upstream(branch: string, existing: boolean, project: ProjectRefs, spec: Spec): Setting[] {
  if (!existing || spec.origin === undefined) return [];
  const own = new Map<string, string>();
  for (const [key, value] of project.config) {
    const { section, sub, name } = splitKey(key);
    if (section === "branch" && sub !== undefined && latin1(sub) === branch) own.set(name, latin1(value));
  }
  const remote = own.get("remote");
  const merge = own.get("merge");
  if (remote === "origin" && merge !== undefined) {
    const rebase = own.get("rebase");
    return [
      ["branch", branch, "remote", remote],
      ["branch", branch, "merge", merge],
      ...(rebase === undefined ? [] : [["branch", branch, "rebase", rebase] as const]),
    ];
  }
  if (remote !== undefined || !project.refs.some((ref) => ref.name === origins + branch)) return [];
  return [
    ["branch", branch, "remote", "origin"],
    ["branch", branch, "merge", heads + branch],
  ];
}

function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
