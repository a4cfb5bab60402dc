import { lstatSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import type { Context } from "../system/context.ts";
import { readSmallFile } from "../system/files/small-file.ts";
import { elsewhere } from "./git.ts";
import type { Tree } from "./types.ts";

/** Variables that change where git looks for a repository, or whom it trusts. */
const variables = [
  ...elsewhere,
  "GIT_CEILING_DIRECTORIES",
  "GIT_DISCOVERY_ACROSS_FILESYSTEM",
  "GIT_TEST_ASSUME_DIFFERENT_OWNER",
];

/** Without a user, ownership cannot be checked as git does. */
export type PlainContext = Pick<Context, "env"> & Partial<Pick<Context, "user">>;

/**
 * Finds an ordinary working tree without running git, which would take half of the time of `cowork list`: a `.git` folder as
 * `git init` and `git clone` create it, with the owner that git requires. Returns undefined for anything unusual, which is left to
 * git: a linked worktree, a submodule, a bare or shallow repository, settings that name a working tree or include other files, a
 * mount point on the way, another owner.
 * @param cwd a path without links, as from `realpath`
 */
export function findPlainTree({ env, user }: PlainContext, cwd: string): Tree | undefined {
  if (user === undefined || variables.some((name) => env[name] !== undefined) || cwd.includes("\ufffd"))
    return undefined;
  try {
    const root = findRoot(cwd, user.uid);
    return root === undefined ? undefined : { root, worktree: root, gitDir: join(root, ".git"), notes: [] };
  } catch {
    // git reports what cannot be read.
    return undefined;
  }
}

function findRoot(cwd: string, uid: number): string | undefined {
  const device = look(cwd)?.dev;
  for (let folder = cwd; ; folder = dirname(folder)) {
    const own = look(folder);
    const git = look(join(folder, ".git"));
    // A folder with a HEAD file may be a bare repository, or inside a git dir.
    if (own === undefined || own.dev !== device || look(join(folder, "HEAD")) !== undefined) return undefined;
    if (git === undefined && folder !== dirname(folder)) continue;
    const isPlain = git?.isDirectory() === true && git.dev === device && git.uid === uid && own.uid === uid;
    return isPlain && isUsual(join(folder, ".git")) ? folder : undefined;
  }
}

/** Whether the git dir looks ordinary, judged from its files. */
function isUsual(gitDir: string): boolean {
  const [head, objects, refs] = ["HEAD", "objects", "refs"].map((name) => look(join(gitDir, name)));
  if (!head?.isFile() || !objects?.isDirectory() || !refs?.isDirectory()) return false;
  if (["shallow", "commondir", "config.worktree"].some((name) => look(join(gitDir, name)) !== undefined)) return false;
  const config = readSmallFile(join(gitDir, "config"), { maxBytes: 64 * 1024 })?.toString("latin1") ?? "";
  return (
    /^\s*bare\s*=\s*false\s*$/m.test(config) && !/worktree|include|extensions|bare\s*=(?!\s*false)|\\$/im.test(config)
  );
}

function look(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
