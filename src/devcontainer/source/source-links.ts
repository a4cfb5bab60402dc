import { mkdir, rename, rm } from "node:fs/promises";
import { join, posix } from "node:path";
import { treeFolder } from "./tree-path.ts";
import type { ConfigSource } from "../types.ts";

/** The same limit as in the kernel. */
const maxLinks = 40;

/** Where a path leads if the links of the tree are followed. `broken` is the reason why it leads to nothing in the tree. */
export type Followed = { path: string } | { broken: string };

/**
 * Returns the same tree with its links followed, as plain `devcontainer up` follows them on disk. Each part of a path is looked up
 * in the tree, so that no link leads out of it. A broken link is reported as `link`.
 */
export function followLinks(source: ConfigSource): ConfigSource {
  if (source.follow !== undefined) return source;
  const follow = (path: string): Promise<Followed> => followPath(source, path, { left: maxLinks });
  const real = async (path: string): Promise<string> => {
    const found = await follow(path);
    return "path" in found ? found.path : path;
  };
  return {
    ...source,
    follow,
    async stat(path) {
      const found = await follow(path);
      return "path" in found ? await source.stat(found.path) : "link";
    },
    list: async (folder) => await source.list(await real(folder)),
    read: async (path) => await source.read(await real(path)),
    hash: async (path) => await source.hash(await real(path)),
    async exportTo(path, target, options) {
      const from = await real(path);
      if (from === path || (await source.stat(from)) !== "file") return await source.exportTo(from, target, options);
      // Under the name that the caller used.
      const part = `${target}.link`;
      try {
        await source.exportTo(from, part, options);
        await mkdir(target, { recursive: true });
        await rename(join(part, posix.basename(from)), join(target, posix.basename(path)));
      } finally {
        await rm(part, { recursive: true, force: true });
      }
    },
  };
}

async function followPath(source: ConfigSource, path: string, links: { left: number }): Promise<Followed> {
  let place = "";
  for (const part of path.split("/").filter((one) => one !== "" && one !== ".")) {
    if (part === "..") {
      // Only in a link's target: the paths of callers have no `..`.
      if (place === "") return { broken: "leads out of the repository" };
      place = treeFolder(place);
      continue;
    }
    const at = posix.join(place, part);
    const target = (await source.stat(at)) === "link" ? await source.readLink(at) : undefined;
    const found: Followed = target === undefined ? { path: at } : await followLink(source, { at, target }, links);
    if ("broken" in found) return found;
    place = found.path;
  }
  return { path: place };
}

async function followLink(
  source: ConfigSource,
  { at, target }: { at: string; target: string },
  links: { left: number },
): Promise<Followed> {
  const shown = `${at} is a link to ${target}`;
  if (target.startsWith("/")) return { broken: `${shown}, which is outside the repository` };
  if ((links.left -= 1) < 0) return { broken: `${shown}, and so on: a loop, or more than ${maxLinks} links` };
  // All parts of `at` except the last are free of links, so `..` in the target is relative to them.
  const found = await followPath(source, `${treeFolder(at)}/${target}`, links);
  if ("broken" in found)
    return found.broken.startsWith("leads") ? { broken: `${shown}, which ${found.broken}` } : found;
  if ((await source.stat(found.path)) !== undefined) return found;
  return { broken: `${shown}, which is not in ${source.describe}` };
}
