import type { Identity } from "../../clone/exchange/bundle-script.ts";
import { gitFailed } from "../../clone/git/host-git.ts";
import { CoworkError } from "../../errors.ts";
import type { Scratch } from "./scratch.ts";

/** What is merged of a session: one commit. */
export interface Taken {
  name: string;
  commit: string;
}

/** What a merge of sessions into a commit gives. */
export interface Candidate {
  commit: string;
  tree: string;
  /** the sessions in it, in order */
  merged: string[];
  conflicted: { name: string; paths: string[]; after: string[] }[];
}

export interface CandidateOptions {
  squash: boolean;
  identity: Identity;
  /** short name of the target */
  into: string;
}

/**
 * Merges sessions one after the other into a commit, as `git merge` would. One that conflicts is left out, and the rest goes on.
 * @throws GIT_FAILED
 */
export async function buildCandidate(
  scratch: Scratch,
  base: string,
  items: readonly Taken[],
  options: CandidateOptions,
): Promise<Candidate> {
  let commit = base;
  const merged: string[] = [];
  const conflicted: Candidate["conflicted"] = [];
  for (const item of items) {
    if (!(await isPart(scratch, item.commit, commit))) {
      const one = await mergeTrees(scratch, commit, item.commit);
      if ("paths" in one) {
        conflicted.push({ name: item.name, paths: one.paths, after: [...merged] });
        continue;
      }
      commit = await commitMerge(scratch, { tree: one.tree, onto: commit, item }, options);
    }
    merged.push(item.name);
  }
  return { commit, tree: await treeOf(scratch, commit), merged, conflicted };
}

export async function isPart(scratch: Scratch, commit: string, of: string): Promise<boolean> {
  const { code, stderr } = await scratch.git(["merge-base", "--is-ancestor", commit, of]);
  if (code === 0 || code === 1) return code === 0;
  throw gitFailed("Comparing commits", { code, stderr });
}

export async function treeOf(scratch: Scratch, commit: string): Promise<string> {
  return (await scratch.ok("Reading a commit", ["rev-parse", "--verify", `${commit}^{tree}`])).trim();
}

/** @returns the tree; with conflicts also their paths, and the tree has their marks in it */
export async function mergeTrees(
  scratch: Scratch,
  ours: string,
  theirs: string,
): Promise<{ tree: string } | { tree: string; paths: string[] }> {
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", "--allow-unrelated-histories"];
  const { code, stdout, stderr } = await scratch.git([...args, ours, theirs]);
  const [tree = "", ...rest] = stdout.split("\0");
  if (code > 1 || code < 0 || !/^[0-9a-f]{40,64}$/.test(tree)) throw cannotMerge(code, stderr);
  if (code === 0) return { tree };
  return { tree, paths: [...new Set(rest.filter((path) => path !== ""))] };
}

function cannotMerge(code: number, stderr: string): CoworkError {
  if (!/usage: git merge-tree|unknown option|not a git command/.test(stderr))
    return gitFailed("Merging", { code, stderr });
  return new CoworkError("GIT_FAILED", "The git on this machine is too old to merge without a working tree.", {
    hint: "install git 2.38 or newer, then run the same command again",
    detail: stderr,
  });
}

/**
 * Commits a merged tree: as a merge of both, or with `squash` as one commit.
 * @param what.item the session that was merged into `onto`
 */
export async function commitMerge(
  scratch: Scratch,
  { tree, onto, item }: { tree: string; onto: string; item: Taken },
  { squash, identity, into }: CandidateOptions,
): Promise<string> {
  const message = squash ? await squashMessage(scratch, onto, item) : `Merge session ${item.name} into ${into}\n`;
  const parents = squash ? [onto] : [onto, item.commit];
  const args = ["commit-tree", "--no-gpg-sign", ...parents.flatMap((oid) => ["-p", oid]), "-F", "-", tree];
  const { name, email } = identity;
  const made = await scratch.ok("Committing the merge", args, {
    input: message,
    extraEnv: {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
    },
  });
  return made.trim();
}

/** The message of the session's only commit, else a title and the list of its commits. */
async function squashMessage(scratch: Scratch, onto: string, { name, commit }: Taken): Promise<string> {
  const range = ["--no-merges", "--reverse", commit, `^${onto}`];
  const subjects = await scratch.ok("Reading the session's commits", ["log", "--format=%s", ...range]);
  const lines = subjects.split("\n").filter((line) => line !== "");
  if (lines.length === 1) return await scratch.ok("Reading a commit", ["log", "--format=%B", ...range]);
  return `Session ${name}\n\n${lines.map((line) => `* ${line}\n`).join("")}`;
}
