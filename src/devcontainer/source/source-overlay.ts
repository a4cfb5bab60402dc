import { mkdir } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { removeTree } from "../../system/files/tree.ts";
import { isWithin, treeFolder } from "./tree-path.ts";
import type { ConfigSource } from "../types.ts";

/**
 * A commit, overlaid with what a fresh clone has in addition: files that were copied in, and files that `initializeCommand` made.
 * Only these paths are read from the clone, and no container may have written to them yet.
 * @param paths files and folders in the tree that are read from the clone, even if they do not exist there any more
 */
export function overlaySource(commit: ConfigSource, clone: ConfigSource, paths: readonly string[]): ConfigSource {
  const own = [...new Set(paths.map((path) => path.replace(/\/+$/, "")))].filter((path) => path !== "").toSorted();
  const isOwn = (path: string): boolean => own.some((one) => isWithin(path, one));
  const below = (path: string): string[] => own.filter((one) => one !== path && isWithin(one, path));
  return {
    describe: `${commit.describe} or among the files that were copied in`,
    async stat(path) {
      if (isOwn(path)) return clone.stat(path);
      return (await commit.stat(path)) ?? (below(path).length > 0 ? await clone.stat(path) : undefined);
    },
    async list(folder) {
      if (isOwn(folder)) return clone.list(folder);
      const here = new Set(await commit.list(folder));
      for (const path of below(folder)) {
        const name = (folder === "" ? path : path.slice(folder.length + 1)).split("/")[0] ?? "";
        const at = folder === "" ? name : `${folder}/${name}`;
        if ((await this.stat(at)) === undefined) here.delete(name);
        else here.add(name);
      }
      return [...here].toSorted();
    },
    readLink: (path) => (isOwn(path) ? clone.readLink(path) : commit.readLink(path)),
    read: (path) => (isOwn(path) ? clone.read(path) : commit.read(path)),
    async hash(path) {
      if (isOwn(path)) return clone.hash(path);
      const changed = below(path);
      const whole = await commit.hash(path);
      if (changed.length === 0) return whole;
      const parts = await Promise.all(changed.map(async (one) => [one.slice(path.length), await clone.hash(one)]));
      // Files that are the same as in the commit change nothing.
      const before = await Promise.all(changed.map(async (one) => commit.hash(one)));
      const differing = parts.filter((part, n) => part[1] !== before[n]);
      if (differing.length === 0) return whole;
      return createHash("sha256")
        .update(JSON.stringify([whole, differing]))
        .digest("hex");
    },
    async exportTo(path, target, options) {
      if (isOwn(path)) return clone.exportTo(path, target, options);
      if ((await commit.stat(path)) !== undefined) await commit.exportTo(path, target, options);
      for (const one of below(path)) {
        const relative = path === "" ? one : one.slice(path.length + 1);
        await removeTree(join(target, relative));
        const kind = await clone.stat(one);
        if (kind === undefined) continue;
        const into = join(target, kind === "folder" ? relative : treeFolder(relative));
        await mkdir(into, { recursive: true, mode: 0o755 });
        await clone.exportTo(one, into, options);
      }
    },
  };
}
