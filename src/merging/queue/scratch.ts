import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { alternatePath } from "../../clone/git/alternates.ts";
import { hostGit, hostGitOk, type HostGitOptions } from "../../clone/git/host-git.ts";
import { readStore } from "../../clone/git/project-refs.ts";
import { initBare } from "../../clone/exchange/init-bare.ts";
import { savedBy } from "../../clone/unsaved/saved.ts";
import { CoworkError } from "../../errors.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import type { RunResult } from "../../system/process/process.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { removeTree } from "../../system/files/tree.ts";

/**
 * A bare repository of our own that borrows the project's objects. Sessions' commits come in here and merges are made here, so that
 * neither the project nor the session that runs the tests can change what is merged. Only our configuration counts in it.
 */
export interface Scratch {
  gitDir: string;
  source: Extract<Source, { kind: "store" }>;
  objectFormat: "sha1" | "sha256";
  /** Runs git in it. A code other than 0 is a result. */
  git(args: readonly string[], options?: HostGitOptions): Promise<RunResult>;
  /** The same; a failure throws GIT_FAILED. @param what for the message */
  ok(what: string, args: readonly string[], options?: HostGitOptions): Promise<string>;
}

/** More than any project has. */
const maxAttributeFiles = 100;

/**
 * Makes the scratch repository of a merge, in place of what a killed one left.
 * @param folder its own folder, of which nothing is kept
 * @param target the commit whose `.gitattributes` decide how files are merged
 * @throws GIT_FAILED, DISK_FULL
 */
export async function openScratch(ctx: Context, source: Source, folder: string, target: string): Promise<Scratch> {
  await removeTree(folder);
  await ensureFolder(folder, { mode: 0o700 });
  const { objectFormat, objects } = await readStore(ctx, source.gitDir);
  const gitDir = join(folder, "repository");
  await initBare(ctx, gitDir, objectFormat);
  await mkdir(join(gitDir, "objects/info"), { recursive: true });
  await writeFile(join(gitDir, "objects/info/alternates"), `${alternatePath(objects)}\n`);
  const shallow = await readFile(join(source.gitDir, "shallow")).catch(() => undefined);
  if (shallow !== undefined) await writeFile(join(gitDir, "shallow"), shallow);
  // Outside of a working tree git reads no attributes.
  const worktree = join(folder, "attributes");
  await mkdir(worktree);
  const scratch = scratchAt(ctx, { gitDir, worktree, objectFormat });
  await nameTips(ctx, scratch, source);
  await writeAttributes(scratch, worktree, target);
  return scratch;
}

function scratchAt(
  ctx: Context,
  { gitDir, worktree, objectFormat }: { gitDir: string; worktree: string; objectFormat: "sha1" | "sha256" },
): Scratch {
  const shared: HostGitOptions = {
    isolated: true,
    safe: [gitDir],
    timeoutMs: 10 * 60_000,
    maxOutput: 1 << 27,
    extraEnv: {
      GIT_WORK_TREE: worktree,
      GIT_ALLOW_PROTOCOL: "none",
      GIT_NO_LAZY_FETCH: "1",
      GIT_NO_REPLACE_OBJECTS: "1",
    },
    cwd: worktree,
    config: [["core.quotePath", "false"]],
  };
  const merged = (options: HostGitOptions): HostGitOptions => ({
    ...shared,
    ...options,
    extraEnv: { ...shared.extraEnv, ...options.extraEnv },
  });
  const words = (args: readonly string[]): string[] => ["--git-dir", gitDir, ...args];
  return {
    gitDir,
    source: { kind: "store", gitDir },
    objectFormat,
    git: async (args, options = {}) => await hostGit(ctx, words(args), merged(options)),
    ok: async (what, args, options = {}) => await hostGitOk(ctx, words(args), { ...merged(options), what }),
  };
}

/** The project's tips as refs, so that commits which build on them count as complete without a walk through the history. */
async function nameTips(ctx: Context, scratch: Scratch, source: Source): Promise<void> {
  const tips = await savedBy(ctx, source, { ask: false }).tips();
  const unique = [...new Set(tips)];
  await scratch.ok("Reading the project's commits", ["update-ref", "--stdin"], {
    input: unique.map((oid, n) => `create refs/cowork/have/${n} ${oid}\n`).join(""),
  });
}

async function writeAttributes(scratch: Scratch, worktree: string, target: string): Promise<void> {
  const list = await scratch.ok("Reading the target", ["ls-tree", "-r", "-z", "--full-tree", target]);
  const found = list
    .split("\0")
    .flatMap((line) => {
      const [, oid, path] = /^100\d{3} blob ([0-9a-f]+)\t((?:.*\/)?\.gitattributes)$/s.exec(line) ?? [];
      return oid === undefined || path === undefined ? [] : [{ oid, path }];
    })
    .slice(0, maxAttributeFiles);
  for (const { oid, path } of found) {
    if (path.split("/").some((part) => part === ".." || part === "" || part.toLowerCase() === ".git")) continue;
    const { stdout } = await scratch.git(["cat-file", "blob", oid], { maxOutput: 1 << 20 });
    await mkdir(dirname(join(worktree, path)), { recursive: true });
    await writeFile(join(worktree, path), stdout);
  }
}

/** @throws REF_NOT_FOUND */
export async function targetTip(ctx: Context, source: Source, into: string): Promise<string> {
  const args = ["--git-dir", source.gitDir, "rev-parse", "-q", "--verify", `refs/heads/${into}^{commit}`];
  const { code, stdout } = await hostGit(ctx, args, { safe: [source.gitDir] });
  if (code === 0) return stdout.trim();
  throw new CoworkError("REF_NOT_FOUND", `The project has no branch ${into}.`, { hint: "list them: git branch" });
}
