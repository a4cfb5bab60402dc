import { lchown, lstat, mkdir, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CoworkError, toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, pathExists } from "../../system/files/files.ts";
import { chownTree, removeTree } from "../../system/files/tree.ts";
import { checkoutHead, filterNotes, refreshIndex } from "./checkout.ts";
import { planClone } from "./clone-plan.ts";
import { copyObjects } from "./copy-objects.ts";
import { renderGitConfig } from "../git/git-config.ts";
import { hostGitOk } from "../git/host-git.ts";
import { completePartial } from "./partial.ts";
import { keptRemotes } from "./plan-remotes.ts";
import { type ProjectRefs, readProjectRefs } from "../git/project-refs.ts";
import { copySubmodules } from "./submodules.ts";
import type { CloneResult, CloneSpec } from "../types.ts";

/** Where a clone is built before it is renamed: whatever is there is incomplete, from an interrupted run. */
export function halfMade(path: string): string {
  return join(dirname(path), `.tmp-${basename(path)}`);
}

/**
 * Makes the session's full clone: all objects copied (no inode shared with the project or another clone), checked out, owned
 * by `uid:gid`, with the project's real origin. It is built next to its final path and renamed at the end, so an existing clone
 * is complete and is not touched. The caller holds the session's lock.
 *
 * @throws SESSION_EXISTS if something else has that path, GIT_MISSING, GIT_FAILED, DISK_FULL, PERMISSION_DENIED, INTERRUPTED
 */
export async function makeClone(ctx: Context, spec: CloneSpec): Promise<CloneResult> {
  const building = halfMade(spec.path);
  await removeTree(building);
  if (await isInPlace(spec.path)) return { notes: [], remoteTips: remoteTips(await readProjectRefs(ctx, spec.source)) };
  try {
    await ensureFolder(dirname(spec.path));
    const result = await build(ctx, spec, building);
    await rename(building, spec.path);
    return result;
  } catch (error) {
    // What cannot be removed now is removed by the next run.
    await removeTree(building).catch(() => undefined);
    throw toCoworkError(error);
  }
}

async function isInPlace(path: string): Promise<boolean> {
  if (!(await pathExists(path))) return false;
  const folder = await lstat(join(path, ".git")).catch(() => undefined);
  if (folder?.isDirectory()) return true;
  throw new CoworkError("SESSION_EXISTS", `${path} is in the way: it is not a clone.`, {
    hint: `check what it is, then move it away: mv ${path} somewhere-else`,
  });
}

async function build(ctx: Context, spec: CloneSpec, path: string): Promise<CloneResult> {
  const { source } = spec;
  // Refs are read before objects, so that the objects they name are there when the objects are copied.
  const project = await readProjectRefs(ctx, source);
  const reachable = keptRemotes(project.config, spec.origin);
  // A store on a host is always complete.
  const wanted = { ...project, commit: spec.start.commit, reachable };
  const partial = source.kind === "store" ? [] : await completePartial(ctx, source, wanted);
  const place = { gitDir: join(path, ".git"), workTree: path, commit: spec.start.commit };
  await mkdir(path, { mode: 0o755 });
  await initialise(ctx, path, project);
  await writeRefs(spec, place.gitDir, project);
  const copied = copyObjects(project.objects, join(place.gitDir, "objects"), ctx.signal);
  copied.catch(() => undefined);
  // At the same time: files are written from the project's objects while these are copied.
  const from = mayBorrow(project) ? { copied, objects: project.objects } : { copied };
  let notes: string[];
  try {
    notes = await checkoutHead(ctx, place, join(source.gitDir, "lfs", "objects"), "the project", from);
  } finally {
    await copied.catch(() => undefined);
  }
  const modules = await copySubmodules(
    ctx,
    { gitDir: source.gitDir, root: source.kind === "repository" ? source.root : undefined },
    place,
  );
  if (spec.uid !== ctx.user.uid || spec.gid !== ctx.user.gid) {
    await chownTree(path, spec.uid, spec.gid);
    for (const each of [place, ...modules.places]) await refreshIndex(ctx, each);
    for (const each of [place, ...modules.places])
      await lchown(join(each.gitDir, "index"), spec.uid, spec.gid).catch(() => undefined);
  }
  const filters = await filterNotes(ctx, place, project.filters);
  return {
    notes: [...shallowNotes(project), ...partial, ...project.notes, ...filters, ...notes, ...modules.notes],
    remoteTips: remoteTips(project),
  };
}

/** The project's own branches are remote branches in the clone. */
function remoteTips({ refs }: ProjectRefs): string[] {
  return [...new Set(refs.flatMap(({ name, oid }) => (/^refs\/(heads|remotes)\//.test(name) ? [oid] : [])))];
}

async function initialise(ctx: Context, path: string, project: ProjectRefs): Promise<void> {
  // Without the user's configuration, which is for the host; newer git (2.47) runs reference-transaction in init too.
  // Every git in a container can read the plain files format.
  const args = [
    "-c",
    "core.hooksPath=/dev/null",
    "init",
    "--quiet",
    "--template=",
    `--object-format=${project.objectFormat}`,
    path,
  ];
  await hostGitOk(ctx, args, { what: "git init", isolated: true, extraEnv: { GIT_DEFAULT_REF_FORMAT: "files" } });
  await mkdir(join(path, ".git", "info"), { recursive: true });
}

async function writeRefs(spec: CloneSpec, gitDir: string, project: ProjectRefs): Promise<void> {
  const plan = planClone(spec, project);
  const at = (name: string): string => join(gitDir, name);
  await writeFile(at("packed-refs"), plan.packedRefs, "latin1");
  await writeFile(at("HEAD"), `ref: refs/heads/${spec.start.branch}\n`);
  if (project.shallow !== undefined) await writeFile(at("shallow"), project.shallow);
  if (plan.originHead !== undefined) {
    await mkdir(at("refs/remotes/origin"), { recursive: true });
    await writeFile(at("refs/remotes/origin/HEAD"), `ref: ${plan.originHead}\n`, "latin1");
  }
  await writeFile(at("config"), renderGitConfig(plan.settings), { flag: "a", encoding: "latin1" });
}

/** A partial clone may fetch missing objects: not into the project's store. */
function mayBorrow({ config }: ProjectRefs): boolean {
  return !config.some(([key]) => /\.(promisor|partialclonefilter)$/.test(key));
}

function shallowNotes(project: ProjectRefs): string[] {
  return project.shallow === undefined
    ? []
    : [
        `the project is a shallow clone, and so is the session's: run "git fetch --unshallow" inside to get the full history`,
      ];
}
