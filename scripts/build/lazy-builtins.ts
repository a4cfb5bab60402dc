import type { Plugin } from "esbuild";

/** By whom they are imported: our own modules, and yargs for two checks of its own. */
const builtins = /^(?:node:crypto|node:fs\/promises|assert)$/;

/**
 * Parts of Node that take long to load, where bare Node takes 25 ms: crypto and assert 5 each, promises of files 2. Their functions
 * load them when they are called. Constants and classes of them cannot be imported.
 */
export function lazyBuiltins(): Plugin {
  const namespace = "lazy-builtins";
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: builtins }, ({ path, kind, importer }) => {
        const isMeant = path === "assert" ? /[\\/]yargs[\\/]/.test(importer) : !/[\\/]node_modules[\\/]/.test(importer);
        return kind === "import-statement" && isMeant ? { path, namespace } : undefined;
      });
      build.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        const functions = Object.entries((await import(path)) as object).filter(
          ([name, value]) => typeof value === "function" && /^[a-z]\w*$/.test(name) && name !== "default",
        );
        const lines = functions.map(
          ([name]) => `export const ${name} = (...words) => require(${JSON.stringify(path)}).${name}(...words);`,
        );
        return { contents: lines.join("\n") };
      });
    },
  };
}
