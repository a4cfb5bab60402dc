import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ConfigSource } from "../../../src/devcontainer/types.ts";

/** A config source in memory, for tests of pure functions. Maps a path to its content, or to `{link}` for a symbolic link. */
export function memorySource(files: Record<string, string | { link: string }>): ConfigSource {
  const below = (path: string): string[] =>
    Object.keys(files).filter((name) => path === "" || name === path || name.startsWith(`${path}/`));
  return {
    describe: "commit 0123456789",
    stat: async (path) => {
      const file = Object.hasOwn(files, path) ? files[path] : undefined;
      if (file !== undefined) return typeof file === "string" ? "file" : "link";
      return below(path).length > 0 ? "folder" : undefined;
    },
    list: async (folder) => {
      const prefix = folder === "" ? "" : `${folder}/`;
      const names = Object.keys(files).filter((name) => name.startsWith(prefix));
      return [...new Set(names.map((name) => name.slice(prefix.length).split("/")[0] ?? ""))];
    },
    readLink: async (path) => {
      const file = Object.hasOwn(files, path) ? files[path] : undefined;
      return typeof file === "object" ? file.link : undefined;
    },
    read: async (path) => {
      const file = Object.hasOwn(files, path) ? files[path] : undefined;
      return typeof file === "string" ? new TextEncoder().encode(file) : undefined;
    },
    hash: async (path) => {
      const all = below(path).toSorted();
      return createHash("sha256")
        .update(JSON.stringify(all.map((name) => [name, files[name]])))
        .digest("hex");
    },
    exportTo: async (path, target) => {
      await mkdir(target, { recursive: true });
      for (const name of below(path)) {
        const file = files[name];
        if (typeof file !== "string") continue;
        const at = join(
          target,
          name === path ? (name.split("/").at(-1) ?? "") : name.slice(path === "" ? 0 : path.length + 1),
        );
        await mkdir(dirname(at), { recursive: true });
        await writeFile(at, file);
      }
    },
  };
}
