import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeClone } from "../src/clone/make/make.ts";
import { coworkPaths } from "../src/system/paths.ts";
import { createRun } from "../src/system/process/run.ts";
import { hostUser } from "../src/system/user.ts";
import { commitAll, git } from "../test/support/git/sample-project.ts";
import { inTurn, median, ratio, type Entry, type Way } from "./measure.ts";
import type { Place } from "./place.ts";

export interface CloneSize {
  files: number;
  /** size of an incompressible history, in MB */
  history: number;
}

/** Time and disk space of the clone step of a large project, compared with `git worktree add`. */
export async function measureClone(place: Place, rounds: number, size: CloneSize): Promise<Entry[]> {
  const large = await setUp(place, size);
  const timed = await inTurn(large.own, large.other, rounds);
  const [of, own] = await Promise.all([large.root, large.clone].map((path) => diskOf(place, join(path, ".git"))));
  const share = (own ?? Number.NaN) / (of ?? Number.NaN);
  const objects: Entry = { name: "clone_objects", value: share, unit: "ratio", goal: undefined, runs: [share] };
  await large.remove();
  return [ratio("clone_vs_worktree", 2, timed, 1.3), objects];
}

/** The cost of a repository's size: median seconds of the clone step and of `git worktree add`. */
export interface SizeCost extends CloneSize {
  seconds: number;
  worktree: number;
  /** disk space of the whole clone */
  cloneKiB: number;
}

export async function measureSizes(place: Place, sizes: readonly CloneSize[], rounds: number): Promise<SizeCost[]> {
  const costs: SizeCost[] = [];
  for (const size of sizes) {
    const made = await setUp(place, size);
    const { own, other } = await inTurn(made.own, made.other, rounds);
    costs.push({ ...size, seconds: median(own), worktree: median(other), cloneKiB: await diskOf(place, made.clone) });
    await made.remove();
  }
  return costs;
}

interface SetUp {
  root: string;
  clone: string;
  own: Way;
  other: Way;
  remove(): Promise<void>;
}

/** Creates a project of that size, and the two ways to copy it. */
async function setUp(place: Place, size: CloneSize): Promise<SetUp> {
  const root = join(place.home.folder, "large");
  await makeProject(root, size);
  const commit = await git(root, "rev-parse", "HEAD");
  const clone = join(place.home.folder, "large-clone");
  const tree = join(place.home.folder, "large-tree");
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const { env } = process;
  // the part of the context that src/clone uses
  const ctx = {
    run: createRun({ env }),
    env,
    signal: new AbortController().signal,
    log: () => {},
    paths: coworkPaths(place.home.coworkHome),
    user: hostUser({ uid, gid, username: "bench", homedir: place.home.home }),
  };
  const spec = {
    source: { kind: "repository" as const, root, gitDir: join(root, ".git") },
    path: clone,
    start: { branch: "work", commit, existing: false },
    origin: undefined,
    uid,
    gid,
  };
  return {
    root,
    clone,
    own: {
      before: () => rm(clone, { recursive: true, force: true }),
      work: () => makeClone(ctx as unknown as Parameters<typeof makeClone>[0], spec),
    },
    other: {
      before: async () => {
        await rm(tree, { recursive: true, force: true });
        await git(root, "worktree", "prune");
        await git(root, "branch", "-f", "tree", commit);
      },
      work: () => git(root, "worktree", "add", "-q", tree, "tree"),
    },
    remove: async () =>
      void (await Promise.all([root, clone, tree].map((path) => rm(path, { recursive: true, force: true })))),
  };
}

async function makeProject(root: string, { files, history }: CloneSize): Promise<void> {
  await mkdir(root, { recursive: true });
  await git(root, "init", "-q", "-b", "main");
  for (let n = 0; n < history; n += 20) {
    await writeFile(join(root, "large.bin"), randomBytes(Math.min(20, history - n) * 1_000_000));
    await commitAll(root, `large ${n}`);
  }
  await rm(join(root, "large.bin"), { force: true });
  for (let n = 0; n < files; n += 1) {
    const folder = join(root, `d${n % 200}`);
    if (n < 200) await mkdir(folder);
    await writeFile(join(folder, `f${n}`), `file ${n}\n`.repeat(20));
  }
  await commitAll(root, "files");
  await git(root, "repack", "-q", "-a", "-d");
}

/** Disk space in KiB as `du` counts it: shared hard links once, reflinks only as far as `du` knows them. */
async function diskOf(place: Place, folder: string): Promise<number> {
  return Number((await place.run("du", "-sk", folder)).split("\t")[0]);
}
