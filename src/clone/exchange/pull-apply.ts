import pLimit from "p-limit";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { gitsAtOnce, hostGit, hostGitOk } from "../git/host-git.ts";
import { findClash, type Clash, type NameSpace, otherName } from "../../system/ref-names.ts";
import { freeRef, type Wanted } from "./pull-plan.ts";
import { checkedOut, fastForward } from "./checked-out.ts";
import { type Git, namesAnObject, readNameSpace, shortName } from "./name-space.ts";

export interface PulledRef {
  /** full ref name in the project */
  ref: string;
  commit: string;
  state: "made" | "updated" | "unchanged";
  /** commits that the project did not have on any branch or tag; absent if nothing was changed or they cannot be counted */
  commits?: number;
}

export interface ApplyOptions {
  session: string;
  ff: boolean;
  /** a ref that cannot get its name gets another one instead of being refused */
  otherwise: boolean;
  /** the user chose the name: no other one is used instead */
  named: boolean;
}

/**
 * Creates or fast-forwards refs in the project for the fetched commits. Never overwrites a ref, and never moves a branch that a
 * working tree has checked out. A name that git would confuse with an existing one is not used. All refs are tried; the first
 * refusal is thrown at the end.
 *
 * @throws USAGE for a chosen name that the project cannot have; BRANCH_DIVERGED, BRANCH_CHECKED_OUT, each with an alternative in its hint; GIT_FAILED
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
  // Before any ref is changed.
  const counts = await pLimit(gitsAtOnce).map(wanted, async ({ oid }) => await countNew(git, oid));
  for (const [index, one] of wanted.entries()) {
    try {
      const { done, note } = await applyOne(ctx, source, git, one, { taken, space, places, options });
      const commits = done.state === "unchanged" ? undefined : counts[index];
      refs.push(commits === undefined ? done : { ...done, commits });
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

/** The number of commits that no branch, tag or remote-tracking branch of the project has. */
async function countNew(git: Git, oid: string): Promise<number | undefined> {
  const count = await git(["rev-list", "--count", oid, "--not", "--branches", "--tags", "--remotes"]);
  return count === undefined ? undefined : Number(count);
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
  observed: Observed,
): Promise<{ done: PulledRef; note?: string }> {
  const { taken, places, options } = observed;
  const { oid } = one;
  if (one.numbered) return { done: await applyNumbered(ctx, source, git, one, observed) };
  const clash = await findTrouble(git, one.ref, observed.space);
  if (clash !== undefined) {
    if (options.named) throw noSuchName(one.ref, await newName(git, one.ref, observed), clash, options);
    const done = await applyOtherwise(ctx, source, git, one, observed);
    return { done, note: `${plain(shortName(one.ref))} was pulled as ${plain(shortName(done.ref))}: ${whyNot(clash)}` };
  }
  const old = taken.get(one.ref);
  if (old === oid) return { done: { ref: one.ref, commit: oid, state: "unchanged" } };
  const isBranch = one.ref.startsWith("refs/heads/");
  // The project's branch is ahead: it has everything already.
  if (old !== undefined && isBranch && (await isAncestor(git, oid, old)))
    return { done: { ref: one.ref, commit: old, state: "unchanged" } };
  const diverged = old !== undefined && !(isBranch && (await isAncestor(git, old, oid)));
  const place = places.get(one.ref);
  if (!diverged && (place === undefined || options.ff)) {
    if (place === undefined) await updateRef(ctx, source, one.ref, oid, old, options.session);
    else await fastForward(ctx, place, one.ref, oid);
    return { done: { ref: one.ref, commit: oid, state: old === undefined ? "made" : "updated" } };
  }
  if (!options.otherwise) throw refusal(one.ref, await newName(git, one.ref, observed), diverged, options);
  const done = await applyOtherwise(ctx, source, git, one, observed);
  const why = diverged ? "the project's branch has other commits" : "the project has it checked out";
  return { done, note: `${plain(shortName(one.ref))} was pulled as ${plain(shortName(done.ref))}: ${why}` };
}

/** Like `findClash`; a name of hex digits may also be a commit's. */
async function findTrouble(git: Git, ref: string, space: NameSpace): Promise<Clash | undefined> {
  const clash = findClash(ref, space);
  if (clash !== undefined || space.refs.has(ref) || !(await namesAnObject(git, shortName(ref)))) return clash;
  return { kind: "ambiguous", with: "a commit's id" };
}

function whyNot({ kind, with: other }: Clash): string {
  if (kind === "nested") return `git cannot store that name next to ${plain(shortName(other))}`;
  if (kind === "ambiguous") return `git would confuse it with ${plain(other)}`;
  return other.startsWith("the remote ")
    ? `git would take it for a branch of ${plain(other)}`
    : "git reserves that name";
}

function noSuchName(ref: string, other: string, clash: Clash, { session }: ApplyOptions): CoworkError {
  return new CoworkError(
    "USAGE",
    `The project cannot have a branch named ${plain(shortName(ref))}: ${whyNot(clash)}.`,
    { hint: [ownCommand("pull", session, "--branch", plain(shortName(other)))] },
  );
}

async function newName(git: Git, ref: string, { taken, space, options }: Observed): Promise<string> {
  const isFree = async (name: string) => !taken.has(name) && (await findTrouble(git, name, space)) === undefined;
  return await otherName(ref, options.session, space, isFree);
}

/** Uses the session's name with a number: the first name that is free, has the same commit, or can be fast-forwarded. */
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
      `The project's ${name} has commits that the session's ${name} does not have; it was not changed.`,
      {
        hint: steps`pull the session's branch under another name: ${another}`,
      },
    );
  }
  return new CoworkError("BRANCH_CHECKED_OUT", `The project has ${name} checked out; its files were not changed.`, {
    hint: steps`fast-forward it, including its files: ${ownCommand("pull", options.session, "--ff")}; or use another name: ${another}`,
  });
}

/** The next free name, unless a branch with one of these names has the same content already. */
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

/** What identifies a commit of a working tree: its trees and its parents, without the time. */
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
  // With the old value: if another process has moved the ref meanwhile, the update fails and is reported.
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

async function isAncestor(git: Git, one: string, other: string): Promise<boolean> {
  return (await git(["merge-base", "--is-ancestor", one, other])) !== undefined;
}
