import type { Plugin } from "esbuild";

/** What our modules use of each; all of it are functions. */
const functions: Readonly<Record<string, readonly string[]>> = {
  "node:crypto": ["createHash", "createHmac", "randomBytes", "randomUUID", "timingSafeEqual"],
  "node:fs/promises": (
    "access appendFile chmod copyFile glob lchown lstat mkdir mkdtemp open readdir readFile " +
    "readlink realpath rename rm rmdir stat statfs symlink unlink utimes writeFile"
  ).split(" "),
};

/**
 * Node's crypto takes 5 to 7 ms to load, its promises of files 1 to 2, where bare Node takes 24: what our modules import of them is
 * loaded when it is called.
 */
export function lazyBuiltins(): Plugin {
  const namespace = "lazy-builtins";
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^node:(crypto|fs\/promises)$/ }, ({ path, kind, importer }) =>
        kind === "import-statement" && !/[\\/]node_modules[\\/]/.test(importer) ? { path, namespace } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: (functions[path] ?? [])
          .map((name) => `export const ${name} = (...words) => require(${JSON.stringify(path)}).${name}(...words);`)
          .join("\n"),
      }));
    },
  };
}
