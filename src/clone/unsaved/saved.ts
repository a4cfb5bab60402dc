import pLimit from "p-limit";
import { createHash } from "node:crypto";
import { lstat, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { isAbsent, readRegularFile, readTextFile } from "../../system/files/files.ts";
import { gitsAtOnce, hostGit, type HostGitOptions } from "../git/host-git.ts";
import type { TreeEntry } from "./inspection.ts";
import { moduleGitDir } from "../make/submodules.ts";

/** What the project holds, compared by content. When a question cannot be answered, the answer is no. */
export interface Saved {
  /** commits that the project's refs name */
  tips(): Promise<string[]>;
  /** annotated tags that the project's refs name: they contain a message besides the commit */
  tags(): Promise<Set<string>>;
  /** those of these ids that a ref of the project leads to */
  reachable(oids: readonly string[]): Promise<Set<string>>;
  /** ids of the branches that the project's origin has now; asked once, with a timeout of 10 s and no prompt */
  advertised(): Promise<Set<string>>;
  /** is it the tree of a commit that a ref of the project leads to? */
  hasTree(oid: string): Promise<boolean>;
  /** does the project's working tree have exactly this file at that path? */
  sameFile(path: string, entry: TreeEntry, raw?: boolean): Promise<boolean>;
  hasLfs(oid: string): Promise<boolean>;
  /** the project's own copy of a submodule, by the module's name */
  module(name: string, path: string): Saved | undefined;
}

/** A larger file is not compared, and counts as unsaved. In bytes. */
const maxFileBytes = 512 * 1024 * 1024;

/**
 * Reads the user's project on this machine. Only the project's own git folder and configuration are used, nothing that a clone
 * supplies; nothing is fetched.
 * @param ask whether the project's origin may be asked over the network
 */
export function savedBy(ctx: Context, source: Source, options: { ask?: boolean } = {}): Saved {
  const root = source.kind === "repository" ? source.root : undefined;
  return createSaved(ctx, { gitDir: source.gitDir, root, ask: options.ask ?? true });
}

/** Nothing is saved: the project is gone. */
export function savedNowhere(): Saved {
  const nothing = (): Promise<Set<string>> => Promise.resolve(new Set());
  const no = (): Promise<boolean> => Promise.resolve(false);
  return {
    tips: () => Promise.resolve([]),
    tags: nothing,
    reachable: nothing,
    advertised: nothing,
    hasTree: no,
    sameFile: no,
    hasLfs: no,
    module: () => undefined,
  };
}

interface Where {
  gitDir: string;
  root: string | undefined;
  ask: boolean;
}

function createSaved(ctx: Context, where: Where): Saved {
  const git = (args: string[], options: HostGitOptions = {}): Promise<string | undefined> =>
    quietGit(ctx, where, args, options);
  const tips = once(() => readTips(git, where.gitDir));
  const trees = once(
    async () => new Set((await git(["log", ...all, "--format=%T"], { maxOutput: 1 << 28 }))?.split("\n")),
  );
  const tipTrees = once(async () => {
    const list = (await git(["for-each-ref", "--format=%(tree) %(refname)%0a%(*tree) %(refname)"])) ?? "";
    return new Set(
      list.split("\n").flatMap((line) => (line.includes(` ${incoming}`) ? [] : [line.slice(0, line.indexOf(" "))])),
    );
  });
  return {
    tips,
    tags: once(() => readTags(git)),
    reachable: (oids) => findReachable(git, oids),
    advertised: once(() => (where.ask ? askOrigin(ctx, where) : Promise.resolve(new Set<string>()))),
    hasTree: async (oid) => isOid(oid) && ((await tipTrees()).has(oid) || (await trees()).has(oid)),
    sameFile: async (path, entry, raw = false) =>
      where.root !== undefined && (await isSame(git, where.root, path, entry, raw)),
    hasLfs: async (oid) =>
      /^[0-9a-f]{64}$/.test(oid) &&
      (await isFile(join(where.gitDir, "lfs/objects", oid.slice(0, 2), oid.slice(2, 4), oid))),
    module: (name, path) => {
      const gitDir = moduleGitDir(where.gitDir, name);
      if (gitDir === undefined || !isInside(path)) return undefined;
      const root = where.root === undefined ? undefined : join(where.root, path);
      return createSaved(ctx, { gitDir, root, ask: where.ask });
    },
  };
}

/**
 * Refs of a pull in progress. They do not count as saved: a killed pull leaves them behind, and the next one removes them.
 */
export const incoming = "refs/cowork/incoming/";
const all = [`--exclude=${incoming}*`, "--all"];

type Git = (args: string[], options?: HostGitOptions) => Promise<string | undefined>;

/** Stdout, or undefined on any failure. No lazy fetch, no replaced objects: only what is really there counts. */
async function quietGit(
  ctx: Context,
  where: Where,
  args: string[],
  options: HostGitOptions,
): Promise<string | undefined> {
  try {
    const result = await hostGit(ctx, ["--git-dir", where.gitDir, ...args], {
      safe: [where.gitDir, ...(where.root === undefined ? [] : [where.root])],
      extraEnv: { GIT_ALLOW_PROTOCOL: "none", GIT_NO_LAZY_FETCH: "1", GIT_NO_REPLACE_OBJECTS: "1" },
      ...options,
    });
    return result.code === 0 ? result.stdout : undefined;
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log(`git ${args[0]} in ${where.gitDir}: ${String(error)}`);
    return undefined;
  }
}

async function readTips(git: Git, gitDir: string): Promise<string[]> {
  const fields = ["%(objectname) %(objecttype) %(refname)", "%(*objectname) %(*objecttype) %(refname)"];
  const [list = "", head = ""] = await Promise.all([
    git(["for-each-ref", `--format=${fields.join("%0a")}`]),
    (await isOnBranch(gitDir)) ? "" : git(["rev-parse", "-q", "--verify", "HEAD^{commit}"]),
  ]);
  const commits = list.split("\n").filter((line) => !line.includes(` ${incoming}`));
  const oids = commits.flatMap((line) => /^([0-9a-f]+) commit /.exec(line)?.[1] ?? []);
  return [...new Set([...oids, head.trim()].filter(isOid))];
}

/** What HEAD names is a branch then, which is in the list of refs. With refs in tables the file names a branch that cannot exist. */
async function isOnBranch(gitDir: string): Promise<boolean> {
  const head = await readTextFile(join(gitDir, "HEAD"), { maxBytes: 4_096 }).catch(() => undefined);
  return head?.startsWith("ref: refs/heads/") === true && head.trim() !== "ref: refs/heads/.invalid";
}

async function readTags(git: Git): Promise<Set<string>> {
  const list = (await git(["for-each-ref", "--format=%(objectname) %(objecttype) %(refname)"])) ?? "";
  const named = list.split("\n").filter((line) => !line.includes(` ${incoming}`));
  return new Set(named.flatMap((line) => /^([0-9a-f]+) tag /.exec(line)?.[1] ?? []));
}

async function findReachable(git: Git, oids: readonly string[]): Promise<Set<string>> {
  const asked = [...new Set(oids.filter(isOid))];
  if (asked.length === 0) return new Set();
  const input = (ids: string[]): HostGitOptions => ({ input: ids.map((id) => `${id}\n`).join("") });
  const types = await git(["cat-file", "--batch-check=%(objectname) %(objecttype)"], input(asked));
  const present = (types ?? "").split("\n").flatMap((line) => /^([0-9a-f]+) commit$/.exec(line)?.[1] ?? []);
  if (present.length === 0) return new Set();
  // These objects exist, but no ref leads to them: the next gc removes them.
  const loose = await git(["rev-list", "--stdin", "--not", ...all], input(present));
  if (loose !== undefined) {
    const lost = new Set(loose.split("\n"));
    return new Set(present.filter((oid) => !lost.has(oid)));
  }
  if (present.length === 1) return new Set();
  // One of them is broken: ask for each separately, so that it does not affect the others.
  const each = await pLimit(gitsAtOnce).map(present.slice(0, 1000), async (oid) => await findReachable(git, [oid]));
  return new Set(each.flatMap((set) => [...set]));
}

async function askOrigin(ctx: Context, where: Where): Promise<Set<string>> {
  try {
    const options = {
      safe: [where.gitDir],
      timeoutMs: 10_000,
      extraEnv: { GIT_ASKPASS: "true", SSH_ASKPASS: "true", SSH_ASKPASS_REQUIRE: "force", GCM_INTERACTIVE: "never" },
    };
    const result = await hostGit(ctx, ["--git-dir", where.gitDir, "ls-remote", "--heads", "origin"], {
      ...options,
      cwd: where.root ?? where.gitDir,
    });
    if (result.code !== 0) return new Set();
    return new Set(result.stdout.split("\n").flatMap((line) => /^([0-9a-f]{40,64})\t/.exec(line)?.[1] ?? []));
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log(`asking origin of ${where.gitDir}: ${String(error)}`);
    return new Set();
  }
}

async function isSame(git: Git, root: string, path: string, entry: TreeEntry, raw: boolean): Promise<boolean> {
  if (!isInside(path)) return false;
  const file = join(root, path);
  const stats = await lstat(file).catch((error: unknown) => (isAbsent(error) ? null : undefined));
  if (stats === undefined) return false;
  // A folder with that name also means that the file does not exist.
  const isGone = stats === null || stats.isDirectory();
  if (isGone || entry.mode === "000000") return isGone && entry.mode === "000000";
  if (stats.isSymbolicLink())
    return entry.mode === "120000" && blobId(await readlink(file, "buffer"), entry.oid) === entry.oid;
  if (!stats.isFile() || !(raw || entry.mode === ((stats.mode & 0o100) === 0 ? "100644" : "100755"))) return false;
  const content = await readRegularFile(file, { maxBytes: maxFileBytes, root }).catch(() => undefined);
  if (content === undefined) return false;
  if (blobId(content, entry.oid) === entry.oid) return true;
  // Line ends and filters: the project's git computes what it would store.
  return !raw && (await git(["--work-tree", root, "hash-object", "--", path], { cwd: root }))?.trim() === entry.oid;
}

function blobId(content: Uint8Array, like: string): string {
  return createHash(like.length === 64 ? "sha256" : "sha1")
    .update(`blob ${content.length}\0`)
    .update(content)
    .digest("hex");
}

/** Is it a relative path without `..`? A path from a clone is untrusted. */
function isInside(path: string): boolean {
  return (
    path !== "" &&
    !path.startsWith("/") &&
    !path.split("/").some((part) => part === ".." || part === "." || part === "")
  );
}

function isOid(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

async function isFile(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}
