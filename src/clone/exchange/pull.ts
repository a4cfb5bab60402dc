import { CoworkError } from "../../errors.ts";
import { pathExists } from "../../system/files/files.ts";
import type { Context } from "../../system/context.ts";
import type { Source } from "../../project/types.ts";
import { brokenRefRule } from "../../system/names.ts";
import { branchName } from "../../system/ref-names.ts";
import { plain } from "../../system/text.ts";
import { dropIncoming, hasCommit, workOf } from "./incoming.ts";
import { copyLfs } from "./lfs-out.ts";
import { notPulledNotes } from "../unsaved/nested-inside.ts";
import { shortName } from "./name-space.ts";
import { applyRefs, type PulledRef } from "./pull-apply.ts";
import { fetchBundle } from "./pull-bundle.ts";
import { isUsableRef, planPull, type PullOptions, type Wanted } from "./pull-plan.ts";
import { readRefsInside, type RefsInside } from "./refs-inside.ts";
import { incoming, savedBy } from "../unsaved/saved.ts";
import { moduleGitDir } from "../make/submodules.ts";
import { submoduleInside } from "./submodule-inside.ts";
import type { GitInside } from "../types.ts";

export interface PullSpec extends PullOptions {
  /** author of the commit that `uncommitted` makes */
  identity: { name: string | undefined; email: string | undefined };
}

export interface PullResult {
  refs: PulledRef[];
  /** for the user: other names, what could not be pulled */
  notes: string[];
}

/**
 * Brings a session's commits into the project as branches (see `planPull` for which, and under what names). The project's
 * working tree and checked-out branch stay as they are, except with `ff`; no branch is overwritten. The session is not changed,
 * not even with `uncommitted`, which commits the working tree (untracked files included) as `{branch}-wip`. git-lfs objects and
 * commits of submodules are included. The caller holds the session's lock.
 *
 * @throws BRANCH_DIVERGED, BRANCH_CHECKED_OUT (the other refs are pulled anyway), GIT_FAILED, ENGINE_…, TIMEOUT
 */
export async function pullSession(
  ctx: Context,
  inside: GitInside,
  source: Source,
  options: PullSpec,
): Promise<PullResult> {
  const spec = options.branch === undefined ? options : { ...options, branch: chosenBranch(options.branch) };
  const refs = await readRefsInside(inside);
  const notes: string[] = [];
  // Submodules first: the commits that a branch refers to should be there when it is created.
  for (const module of refs.modules) notes.push(...(await pullSubmodule(ctx, inside, source, module, spec)));
  const result = await pullRepository(ctx, inside, source, refs, planPull(refs, spec), spec);
  const lfs = await copyLfs(ctx, inside, source, await lfsObjects(inside, refs, spec));
  const nested = spec.uncommitted === true ? await notPulledNotes(inside) : [];
  return { refs: result.refs, notes: [...notes, ...result.notes, ...lfs, ...nested] };
}

function chosenBranch(text: string): string {
  const branch = branchName(text);
  const rule = isUsableRef(`refs/heads/${branch}`) ? brokenRefRule(branch) : "git does not accept this name";
  if (rule === undefined) return branch;
  throw new CoworkError("USAGE", `${plain(text)} is not a valid branch name: ${rule}.`, {
    hint: "choose another --branch",
  });
}

async function pullRepository(
  ctx: Context,
  inside: GitInside,
  source: Source,
  inRefs: RefsInside,
  wanted: Wanted[],
  spec: PullSpec,
): Promise<PullResult> {
  const prefix = `${incoming}${spec.session}/`;
  await dropIncoming(ctx, source, prefix);
  const saved = savedBy(ctx, source, { ask: false });
  const there = await saved.reachable(wanted.map(({ oid }) => oid));
  const want = [...new Set(wanted.map(({ oid }) => oid).filter((oid) => !there.has(oid)))];
  const base = spec.branch ?? spec.startBranch;
  const work = spec.uncommitted === true ? workOf(spec.session, spec.identity) : undefined;
  try {
    if (want.length > 0 || work !== undefined) {
      const have = await saved.tips();
      const wip = await fetchBundle(ctx, inside, source, prefix, {
        session: spec.session,
        objectFormat: inRefs.objectFormat,
        have,
        want,
        ...(work === undefined ? {} : { work }),
      });
      // If the object is missing, the working tree had nothing to commit.
      if (wip !== undefined && (await hasCommit(ctx, source, wip))) {
        wanted.push({ oid: wip, ref: `refs/heads/${base}-wip`, numbered: true, byContent: true });
      }
    }
    return await applyRefs(ctx, source, wanted, {
      session: spec.session,
      ff: spec.ff === true,
      otherwise: spec.allBranches === true,
      named: spec.branch !== undefined && spec.allBranches !== true,
    });
  } finally {
    await dropIncoming(ctx, source, prefix);
  }
}

/** The commit of the working tree may have created new git-lfs objects. */
async function lfsObjects(inside: GitInside, refs: RefsInside, spec: PullSpec): Promise<string[]> {
  return spec.uncommitted === true ? (await readRefsInside(inside)).lfs : refs.lfs;
}

async function pullSubmodule(
  ctx: Context,
  inside: GitInside,
  source: Source,
  module: { path: string; name: string },
  spec: PullSpec,
): Promise<string[]> {
  const label = `submodule ${plain(module.path)}`;
  const gitDir = moduleGitDir(source.gitDir, module.name);
  if (gitDir === undefined || !(await pathExists(gitDir))) {
    return [
      `${label}: not initialized in the project, so its commits stay in the session (run "git submodule update --init" there, then pull again)`,
    ];
  }
  const deeper = submoduleInside(inside, module.path);
  const refs = await readRefsInside(deeper);
  const target: Source = { kind: "store", gitDir };
  const inner: PullSpec = { ...spec, allBranches: true };
  const saved = savedBy(ctx, target, { ask: false });
  const all = planPull(refs, inner);
  const there = await saved.reachable(all.map(({ oid }) => oid));
  const wanted = all.filter(({ oid }) => !there.has(oid));
  const notes: string[] = [];
  for (const next of refs.modules) notes.push(...(await pullSubmodule(ctx, deeper, target, next, spec)));
  if (wanted.length > 0 || spec.uncommitted === true) {
    const result = await pullRepository(ctx, deeper, target, refs, wanted, inner);
    notes.push(
      ...result.refs
        .filter(({ state }) => state !== "unchanged")
        .map(({ ref }) => `${label}: was pulled as ${plain(shortName(ref))}`),
    );
    notes.push(...result.notes.map((note) => `${label}: ${note}`));
  }
  return [
    ...notes,
    ...(await copyLfs(ctx, deeper, target, await lfsObjects(deeper, refs, spec))).map((note) => `${label}: ${note}`),
  ];
}
