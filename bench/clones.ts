import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeClone } from "../src/clone/make.ts";
import { coworkPaths } from "../src/system/paths.ts";
import { createRun } from "../src/system/run.ts";
import { hostUser } from "../src/system/user.ts";
import { commitAll, git } from "../test/support/sample-project.ts";
import { inTurn, ratio, type Entry } from "./measure.ts";
import type { Place } from "./place.ts";

export interface CloneSize {
  files: number;
  /** of history that does not compress, in MB */
  history: number;
}

/** The clone step of a large project, and what it takes on the disk, against git's own worktree. */
export async function measureClone(place: Place, rounds: number, size: CloneSize): Promise<Entry[]> {
  const root = join(place.home.folder, "large");
  await makeProject(root, size);
  const commit = await git(root, "rev-parse", "HEAD");
  const clone = join(place.home.folder, "large-clone");
  const tree = join(place.home.folder, "large-tree");
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const { env } = process;
  // what the clone room asks of a context
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
  const timed = await inTurn(
    {
      before: () => rm(clone, { recursive: true, force: true }),
      work: () => makeClone(ctx as unknown as Parameters<typeof makeClone>[0], spec),
    },
    {
      before: async () => {
        await rm(tree, { recursive: true, force: true });
        await git(root, "worktree", "prune");
        await git(root, "branch", "-f", "tree", commit);
      },
      work: () => git(root, "worktree", "add", "-q", tree, "tree"),
    },
    rounds,
  );
  const [of, own] = [await diskOf(place, join(root, ".git")), await diskOf(place, join(clone, ".git"))];
  const objects: Entry = { name: "clone_objects", value: own / of, unit: "ratio", goal: undefined, runs: [own / of] };
  await Promise.all([root, clone, tree].map((path) => rm(path, { recursive: true, force: true })));
  return [ratio("clone_vs_worktree", 2, timed, 1.3), objects];
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

/** Blocks that the file system really takes, what is shared by reflinks or hard links left out as far as `du` knows it. */
async function diskOf(place: Place, folder: string): Promise<number> {
  return Number((await place.run("du", "-sk", folder)).split("\t")[0]);
}
