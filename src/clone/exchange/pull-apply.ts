import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { gitFailed, hostGit, hostGitOk } from "../git/host-git.ts";
import { findClash, type Clash, type NameSpace, otherName } from "../../system/ref-names.ts";
import { freeRef, type Wanted } from "./pull-plan.ts";
import { type Git, namesAnObject, readNameSpace } from "./name-space.ts";

export interface PulledRef {
  /** full name in the project */
  ref: string;
  commit: string;
  state: "made" | "updated" | "unchanged";
}

export interface ApplyOptions {
  session: string;
  ff: boolean;
  /** what cannot go where it should goes to a name of its own instead of being refused */
  otherwise: boolean;
  /** the user chose the name: none other is taken instead */
  named: boolean;
}

/**
 * Gives the fetched commits their names in the project: made new, or moved forward; never overwritten, and never under
 * a working tree's feet. No name is taken that git would then read as another one of the project's. All are tried; what was
 * refused is thrown at the end.
 *
 * @throws USAGE for a chosen name that the project cannot have; BRANCH_DIVERGED, BRANCH_CHECKED_OUT, each with another way in its hint; GIT_FAILED
 */
export async function applyRefs(
  ctx: Context,
  source: Source,
  wanted: readonly Wanted[],
  options: ApplyOptions,
): Promise<{ refs: PulledRef[]; notes: string[] }> {
  const git: Git = async (args) => {
    const result = await hostGit(ctx, ["--git-dir", source.gitDir, ...args], { safe: [source.gitDir] });
    return result.code === 0 ? result.stdout.trimEnd() : undefined;
  };
  const { taken, space } = await readNameSpace(git);
  const places = await checkedOut(git);
  const refs: PulledRef[] = [];
  const notes: string[] = [];
  const refused: CoworkError[] = [];
  for (const one of wanted) {
    try {
      const { done, note } = await applyOne(ctx, source, git, one, { taken, space, places, options });
      refs.push(done);
      taken.set(done.ref, done.commit);
      space.refs.add(done.ref);
      if (note !== undefined) notes.push(note);
    } catch (error) {
      if (!(error instanceof CoworkError) || !["BRANCH_DIVERGED", "BRANCH_CHECKED_OUT"].includes(error.code))
        throw error;
      refused.push(error);
    }
  }
  if (refused[0] !== undefined) throw refused[0];
  return { refs, notes };
}

interface Observed {
  taken: Map<string, string>;
  space: NameSpace & { refs: Set<string> };
  /** branch (full name) to the working tree that has it checked out */
  places: Map<string, string>;
  options: ApplyOptions;
}

async function applyOne(
  ctx: Context,
  source: Source,
  git: Git,
  one: Wanted,
  world: Observed,
): Promise<{ done: PulledRef; note?: string }> {
  const { taken, places, options } = world;
  const { oid } = one;
  if (one.numbered) return { done: await applyNumbered(ctx, source, git, one, world) };
  const clash = await findTrouble(git, one.ref, world.space);
  if (clash !== undefined) {
    if (options.named) throw noSuchName(one.ref, await newName(git, one.ref, world), clash, options);
    const done = await applyOtherwise(ctx, source, git, one, world);
    return { done, note: `${plain(shortName(one.ref))} came as ${plain(shortName(done.ref))}: ${whyNot(clash)}` };
  }
  const old = taken.get(one.ref);
  if (old === oid) return { done: { ref: one.ref, commit: oid, state: "unchanged" } };
  const isBranch = one.ref.startsWith("refs/heads/");
  // The project has moved on from there: it has everything already.
  if (old !== undefined && isBranch && (await isAncestor(git, oid, old)))
    return { done: { ref: one.ref, commit: old, state: "unchanged" } };
  const diverged = old !== undefined && !(isBranch && (await isAncestor(git, old, oid)));
  const place = places.get(one.ref);
  if (!diverged && (place === undefined || options.ff)) {
    if (place === undefined) await updateRef(ctx, source, one.ref, oid, old, options.session);
    else await fastForward(ctx, place, one.ref, oid);
    return { done: { ref: one.ref, commit: oid, state: old === undefined ? "made" : "updated" } };
  }
  if (!options.otherwise) throw refusal(one.ref, await newName(git, one.ref, world), diverged, options);
  const done = await applyOtherwise(ctx, source, git, one, world);
  const why = diverged ? "the project's has other commits" : "the project has it checked out";
  return { done, note: `${plain(shortName(one.ref))} came as ${plain(shortName(done.ref))}: ${why}` };
}

/** As `findClash`; a name of hex digits may also be a commit's. */
async function findTrouble(git: Git, ref: string, space: NameSpace): Promise<Clash | undefined> {
  const clash = findClash(ref, space);
  if (clash !== undefined || space.refs.has(ref) || !(await namesAnObject(git, shortName(ref)))) return clash;
  return { kind: "ambiguous", with: "a commit's id" };
}

function whyNot({ kind, with: other }: Clash): string {
  if (kind === "nested") return `git cannot keep that name beside ${plain(shortName(other))}`;
  if (kind === "ambiguous") return `git would confuse it with ${plain(other)}`;
  return other.startsWith("the remote ")
    ? `git would take it for a branch of ${plain(other)}`
    : "git keeps that name for itself";
}

function noSuchName(ref: string, other: string, clash: Clash, { session }: ApplyOptions): CoworkError {
  return new CoworkError(
    "USAGE",
    `The project cannot have a branch called ${plain(shortName(ref))}: ${whyNot(clash)}.`,
    { hint: [ownCommand("pull", session, "--branch", plain(shortName(other)))] },
  );
}

async function newName(git: Git, ref: string, { taken, space, options }: Observed): Promise<string> {
  const isFree = async (name: string) => !taken.has(name) && (await findTrouble(git, name, space)) === undefined;
  return await otherName(ref, options.session, space, isFree);
}

/** Under the session's name: the first that is free, holds the same, or can be moved forward. */
async function applyOtherwise(
  ctx: Context,
  source: Source,
  git: Git,
  one: Wanted,
  { taken, space, places, options }: Observed,
): Promise<PulledRef> {
  const isBranch = one.ref.startsWith("refs/heads/");
  const isUsable = async (name: string): Promise<boolean> => {
    const there = taken.get(name);
    if (there === undefined) return (await findTrouble(git, name, space)) === undefined;
    return there === one.oid || (isBranch && !places.has(name) && (await isAncestor(git, there, one.oid)));
  };
  const ref = await otherName(one.ref, options.session, space, isUsable);
  const old = taken.get(ref);
  if (old === one.oid) return { ref, commit: one.oid, state: "unchanged" };
  await updateRef(ctx, source, ref, one.oid, old, options.session);
  return { ref, commit: one.oid, state: old === undefined ? "made" : "updated" };
}

function refusal(ref: string, other: string, diverged: boolean, options: ApplyOptions): CoworkError {
  const name = shortName(ref);
  const another = ownCommand("pull", options.session, "--branch", plain(shortName(other)));
  if (diverged) {
    return new CoworkError(
      "BRANCH_DIVERGED",
      `The project's ${name} has commits that the session's has not; it stays as it is.`,
      {
        hint: steps`take the session's under another name: ${another}`,
      },
    );
  }
  return new CoworkError(
    "BRANCH_CHECKED_OUT",
    `The project has ${name} checked out; its files are not touched unasked.`,
    {
      hint: steps`move it forward, files and all: ${ownCommand("pull", options.session, "--ff")}; or take another name: ${another}`,
    },
  );
}

/** The next free name, unless a branch of that series holds the very same already. */
async function applyNumbered(
  ctx: Context,
  source: Source,
  git: Git,
  one: Wanted,
  { taken, space, options }: Observed,
): Promise<PulledRef> {
  const mine = one.byContent === true ? await content(git, one.oid) : one.oid;
  const hasClash = findClash(one.ref, space) !== undefined;
  const base = hasClash ? await otherName(one.ref, options.session, space, () => Promise.resolve(true)) : one.ref;
  for (const [ref, oid] of taken) {
    const isSeries = ref === base || (ref.startsWith(`${base}-`) && /^\d+$/.test(ref.slice(base.length + 1)));
    if (isSeries && (oid === one.oid || (one.byContent === true && (await content(git, oid)) === mine)))
      return { ref, commit: oid, state: "unchanged" };
  }
  const ref = freeRef(base, (name) => taken.has(name) || findClash(name, space) !== undefined);
  await updateRef(ctx, source, ref, one.oid, undefined, "");
  return { ref, commit: one.oid, state: "made" };
}

/** What makes two commits of a working tree the same to a person: the trees and what they stand on, not the time. */
async function content(git: Git, oid: string): Promise<string> {
  const shown = await git(["log", "--max-count=2", "--format=%T %s", oid]);
  return shown ?? oid;
}

async function updateRef(
  ctx: Context,
  source: Source,
  ref: string,
  oid: string,
  old: string | undefined,
  session: string,
): Promise<void> {
  // The old value is named: who moved it meanwhile wins, and we say so.
  const args = [
    "--git-dir",
    source.gitDir,
    "update-ref",
    "-m",
    `cowork pull ${session}`.trim(),
    "--create-reflog",
    ref,
    oid,
    old ?? "0".repeat(oid.length),
  ];
  await hostGitOk(ctx, args, {
    safe: [source.gitDir],
    what: `Writing ${plain(shortName(ref))}`,
    ...(ctx.umask === undefined ? {} : { umask: ctx.umask }),
  });
}

/** Working tree and index go along, as `git merge --ff-only` does it: only where nothing is changed, and without hooks, which the new commits may have brought. */
async function fastForward(ctx: Context, place: string, ref: string, oid: string): Promise<void> {
  const options = {
    safe: [place],
    ...(ctx.umask === undefined ? {} : { umask: ctx.umask }),
    config: [
      ["core.hooksPath", "/dev/null"],
      ["core.fsmonitor", "false"],
      ["submodule.recurse", "false"],
    ] as [string, string][],
  };
  const changes = await hostGitOk(ctx, ["-C", place, "status", "--porcelain", "--untracked-files=no"], {
    ...options,
    what: "git status",
  });
  if (changes !== "") {
    throw new CoworkError(
      "BRANCH_CHECKED_OUT",
      `${shortName(ref)} is checked out in ${plain(place)} with changes that are not committed.`,
      {
        hint: "commit or stash them there, then run the same command again",
      },
    );
  }
  const result = await hostGit(
    ctx,
    ["-C", place, "merge", "--quiet", "--ff-only", "--no-overwrite-ignore", oid],
    options,
  );
  if (result.code !== 0) throw gitFailed(`Moving ${shortName(ref)} forward`, result);
}

async function checkedOut(git: Git): Promise<Map<string, string>> {
  // git before 2.36 cannot end its lines otherwise; then a path with a line end in it is not understood.
  const zeroed = await git(["worktree", "list", "--porcelain", "-z"]);
  const list = zeroed?.split("\0") ?? (await git(["worktree", "list", "--porcelain"]))?.split("\n");
  if (list === undefined) throw new CoworkError("GIT_FAILED", "git worktree list failed in the project.");
  const places = new Map<string, string>();
  let place: string | undefined;
  for (const line of list) {
    if (line === "") place = undefined;
    if (line.startsWith("worktree ")) place = line.slice("worktree ".length);
    if (line.startsWith("branch ") && place !== undefined) places.set(line.slice("branch ".length), place);
  }
  return places;
}

async function isAncestor(git: Git, one: string, other: string): Promise<boolean> {
  return (await git(["merge-base", "--is-ancestor", one, other])) !== undefined;
}

export function shortName(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, "");
}
