import { lstat, mkdir, readFile, readlink, rename, rm, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { gitTree, type GitTree, type TreeEntry } from "./git-tree.ts";
import { isWithin, linkStaysWithin, treeFolder } from "./tree-path.ts";
import { maxConfigBytes, tooLarge } from "./source-limits.ts";
import type { ConfigSource } from "../types.ts";

/** Longer than any path that the kernel accepts. */
const maxLinkBytes = 16 * 1024;

type SourceContext = Pick<Context, "run" | "env" | "signal">;

/**
 * A source that reads a commit of the user's own repository, or of the bare repository of a remote host: from git's objects, never
 * from a working tree.
 * @param gitDir absolute path of the repository's git dir
 * @param commit full commit id
 */
export function commitSource(ctx: SourceContext, gitDir: string, commit: string): ConfigSource {
  const git = gitTree(ctx, gitDir, commit);
  const exported: Exported = new Map();
  return {
    describe: `commit ${commit.slice(0, 10)}`,
    async stat(path) {
      return kindOf(await git.entry(path));
    },
    async list(folder) {
      return (await git.children(folder)).map((path) => path.slice(folder === "" ? 0 : folder.length + 1));
    },
    async find(path) {
      const parts = path.split("/");
      const above = parts.slice(1).map((_, n) => parts.slice(0, n + 1).join("/"));
      return [...(await git.entries())].flatMap(([at, { mode, type }]) => {
        const isFile = type === "blob" && at.endsWith(`/${path}`);
        return isFile || (mode === "120000" && above.some((one) => at.endsWith(`/${one}`))) ? [at] : [];
      });
    },
    async readLink(path) {
      const entry = await git.entry(path);
      return entry?.mode === "120000" ? await git.text(entry, maxLinkBytes) : undefined;
    },
    async read(path) {
      const entry = await git.entry(path);
      if (entry === undefined || kindOf(entry) !== "file") return undefined;
      const text = await git.text(entry, maxConfigBytes);
      if (text === undefined) throw tooLarge(path);
      return Buffer.from(text);
    },
    async hash(path) {
      const entry = await git.entry(path);
      return entry === undefined ? "absent" : `${entry.mode} ${entry.oid}`;
    },
    async exportTo(path, target, options = {}) {
      const entry = await git.entry(path);
      if (entry === undefined)
        throw new CoworkError("DEVCONTAINER_INVALID", `${path} is not in commit ${commit.slice(0, 10)}.`);
      if (await writeAgain(exported, path, target)) return;
      await exportEntry(git, path, entry, target, options.links ?? "inside");
      if (entry.type === "blob" && entry.mode !== "120000") await remember(exported, path, target);
    },
  };
}

/** Single files as git checked them out, by path in the tree. All sessions that start from the commit get the same files. */
type Exported = Map<string, { content: Uint8Array; mode: number }>;

const maxRemembered = 256 * 1024;

async function remember(exported: Exported, path: string, target: string): Promise<void> {
  const file = join(target, nameOf(path));
  const { mode, size } = await lstat(file);
  if (size <= maxRemembered) exported.set(path, { content: await readFile(file), mode: mode & 0o777 });
}

async function writeAgain(exported: Exported, path: string, target: string): Promise<boolean> {
  const known = exported.get(path);
  if (known === undefined) return false;
  await mkdir(target, { recursive: true });
  await writeFile(join(target, nameOf(path)), known.content, { mode: known.mode });
  return true;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A submodule is a folder whose content is not in this repository, so nothing in it can be read. */
function kindOf(entry: TreeEntry | undefined): "file" | "folder" | "link" | undefined {
  if (entry === undefined) return undefined;
  if (entry.mode === "120000") return "link";
  return entry.type === "blob" ? "file" : "folder";
}

async function exportEntry(
  git: GitTree,
  path: string,
  entry: TreeEntry,
  target: string,
  links: "inside" | "all",
): Promise<void> {
  const work = `${target}.part`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true, mode: 0o700 });
  try {
    await git.checkout(path, entry, work);
    if (links === "inside") await dropLeavingLinks(git, path, work);
    if (entry.type === "tree") {
      // An empty tree creates no folder on disk.
      await mkdir(join(work, path), { recursive: true });
      await rename(join(work, path), target);
    } else {
      await mkdir(target, { recursive: true });
      await rename(join(work, path), join(target, nameOf(path)));
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Only cowork writes to the exported tree, so reading its links is safe. Only links that git lists are checked. */
async function dropLeavingLinks(git: GitTree, path: string, work: string): Promise<void> {
  for (const [at, entry] of await git.entries()) {
    if (entry.mode !== "120000" || !isWithin(at, path)) continue;
    const within = at === path ? treeFolder(path) : path;
    if (!linkStaysWithin(at, await readlink(join(work, at)), within)) await unlink(join(work, at));
  }
}
