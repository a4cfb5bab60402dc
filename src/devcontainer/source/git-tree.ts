import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";

export interface TreeEntry {
  /** as git writes it: `100644`, `100755`, `120000`, `040000`, `160000` */
  mode: string;
  type: "blob" | "tree" | "commit";
  oid: string;
}

/** The tree of one commit, read with git's plumbing commands and listed once. */
export interface GitTree {
  /** by path; the root is not included */
  entries(): Promise<ReadonlyMap<string, TreeEntry>>;
  /** the empty path is the root */
  entry(path: string): Promise<TreeEntry | undefined>;
  /** paths of the direct children of a folder */
  children(folder: string): Promise<string[]>;
  /** undefined if it is larger than `maxBytes` */
  text(entry: TreeEntry, maxBytes: number): Promise<string | undefined>;
  /** writes the entry below `work`, an empty folder, at its path in the tree */
  checkout(path: string, entry: TreeEntry, work: string): Promise<void>;
}

type GitContext = Pick<Context, "run" | "env" | "signal">;

export function gitTree(ctx: GitContext, gitDir: string, commit: string): GitTree {
  const git = async (
    args: readonly string[],
    options: { env?: Record<string, string>; cwd?: string; maxOutput?: number } = {},
  ): Promise<string> => {
    const { code, stdout, stderr } = await ctx.run("git", [`--git-dir=${gitDir}`, ...safeOptions, ...args], {
      env: { ...gitEnvironment(ctx.env), ...options.env },
      signal: ctx.signal,
      maxOutput: options.maxOutput ?? 512 * 1024 * 1024,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    if (code === 0) return stdout;
    throw new CoworkError("GIT_FAILED", `git ${args[0]} failed in ${gitDir}: ${plain(stderr)}`, { detail: stderr });
  };
  let listing: Promise<Map<string, TreeEntry>> | undefined;
  let root: Promise<TreeEntry> | undefined;
  let folders: Map<string, string[]> | undefined;
  // The content of an id never changes, and all sessions that start from the commit read the same files.
  const texts = new Map<string, Promise<string | undefined>>();
  const entries = (): Promise<Map<string, TreeEntry>> => (listing ??= listTree(git, commit));
  return {
    entries,
    entry: async (path) => (path === "" ? await (root ??= readRoot(git, commit)) : (await entries()).get(path)),
    async children(folder) {
      folders ??= byFolder(await entries());
      return folders.get(folder) ?? [];
    },
    text({ oid }, maxBytes) {
      const text = texts.get(oid) ?? readBlob(git, oid, maxBytes);
      texts.set(oid, text);
      return text;
    },
    async checkout(path, entry, work) {
      const env = { GIT_INDEX_FILE: join(work, ".cowork-index") };
      // Also works in a bare repository, where git otherwise complains about a missing working tree.
      const here = (...args: string[]): Promise<string> => git([`--work-tree=${work}`, ...args], { env, cwd: work });
      const attributes = [...(await entries())].filter(
        ([at, { type }]) => type === "blob" && isAttributesAbove(at, path),
      );
      for (const [at, { oid }] of attributes) {
        await here("update-index", "--add", "--cacheinfo", `100644,${oid},${at}`);
      }
      if (entry.type !== "tree")
        await here("update-index", "--add", "--cacheinfo", `${entry.mode},${entry.oid},${path}`);
      else if (path === "") await here("read-tree", entry.oid);
      else await here("read-tree", `--prefix=${path}/`, entry.oid);
      await here("checkout-index", "--all", "--force");
      await unlink(env.GIT_INDEX_FILE);
    },
  };
}

/** Disables what the user's git configuration could otherwise run. */
const safeOptions = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.splitIndex=false"];

/** Without the variables that select a repository, because cowork may be called from a git hook or alias. */
function gitEnvironment(env: Context["env"]): Record<string, string | undefined> {
  const own = Object.entries(env).filter(
    ([name]) => !name.startsWith("GIT_") || name === "GIT_EXEC_PATH" || name.startsWith("GIT_CONFIG"),
  );
  return { ...Object.fromEntries(own), GIT_OPTIONAL_LOCKS: "0", GIT_NO_REPLACE_OBJECTS: "1", LC_ALL: "C.UTF-8" };
}

type Git = (args: readonly string[], options?: { maxOutput?: number }) => Promise<string>;

async function readRoot(git: Git, commit: string): Promise<TreeEntry> {
  const oid = (await git(["rev-parse", "--verify", "--end-of-options", `${commit}^{tree}`])).trim();
  return { mode: "040000", type: "tree", oid };
}

async function readBlob(git: Git, oid: string, maxBytes: number): Promise<string | undefined> {
  try {
    return await git(["cat-file", "blob", oid], { maxOutput: maxBytes });
  } catch (error) {
    if (error instanceof CoworkError && error.code === "OUTPUT_TOO_LARGE") return undefined;
    throw error;
  }
}

async function listTree(git: Git, commit: string): Promise<Map<string, TreeEntry>> {
  const entries = new Map<string, TreeEntry>();
  const listed = await git(["ls-tree", "-r", "-t", "-z", "--full-tree", commit]);
  for (const line of listed.split("\0")) {
    const tab = line.indexOf("\t");
    const [mode, type, oid] = line.slice(0, tab).split(" ");
    if (tab === -1 || mode === undefined || oid === undefined || !isType(type)) continue;
    entries.set(line.slice(tab + 1), { mode, type, oid });
  }
  return entries;
}

function isType(text: string | undefined): text is TreeEntry["type"] {
  return text === "blob" || text === "tree" || text === "commit";
}

function byFolder(entries: ReadonlyMap<string, TreeEntry>): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const path of entries.keys()) {
    if (path === "") continue;
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
    const children = folders.get(folder);
    if (children === undefined) folders.set(folder, [path]);
    else children.push(path);
  }
  return folders;
}

/** The attribute files in parent folders, which determine line ends and filters. */
function isAttributesAbove(at: string, path: string): boolean {
  if (at !== ".gitattributes" && !at.endsWith("/.gitattributes")) return false;
  const folder = at.slice(0, Math.max(0, at.length - ".gitattributes".length - 1));
  return path !== "" && (folder === "" || path.startsWith(`${folder}/`)) && folder !== path;
}
