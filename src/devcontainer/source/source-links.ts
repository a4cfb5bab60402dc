import { mkdir, rename, rm } from "node:fs/promises";
import { join, posix } from "node:path";
import { treeFolder } from "./tree-path.ts";
import type { ConfigSource } from "../types.ts";

/** As many as the kernel follows. */
const mostLinks = 40;

/** Where a path leads when the links of the tree are followed; `broken`: to nothing in the tree, and why. */
export type Followed = { path: string } | { broken: string };

/**
 * The same tree with its links followed, as plain `devcontainer up` follows them on the disk: each is looked up in the tree itself,
 * one part of the path after the other, so that none leads out of it. A link that leads to nothing in the tree is told as `link`.
 */
export function followLinks(source: ConfigSource): ConfigSource {
  if (source.follow !== undefined) return source;
  const follow = (path: string): Promise<Followed> => followPath(source, path, { left: mostLinks });
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
      // Under the name that it was asked for with.
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
      // Only in what a link says: paths that are asked for have none.
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
  if (target.startsWith("/")) return { broken: `${shown}, which lies outside the repository` };
  if ((links.left -= 1) < 0) return { broken: `${shown}, and so on: a circle, or more than ${mostLinks} links` };
  // `at` is free of links up to its name, so that `..` in the target counts from there.
  const found = await followPath(source, `${treeFolder(at)}/${target}`, links);
  if ("broken" in found)
    return found.broken.startsWith("leads") ? { broken: `${shown}, which ${found.broken}` } : found;
  if ((await source.stat(found.path)) !== undefined) return found;
  return { broken: `${shown}, which is not in ${source.describe}` };
}
