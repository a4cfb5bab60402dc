import type { Plugin } from "esbuild";

const builtins = /^node:(?:crypto|fs\/promises)$/;

/**
 * Modules of Node that take long to load, where bare Node takes 25 ms to start: crypto 5, fs/promises 2. They are loaded
 * when one of their functions is called by our own code. Their constants and classes cannot be imported.
 */
export function lazyBuiltins(): Plugin {
  const namespace = "lazy-builtins";
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: builtins }, ({ path, kind, importer }) => {
        const isOurs = !/[\\/]node_modules[\\/]/.test(importer);
        return kind === "import-statement" && isOurs ? { path, namespace } : undefined;
      });
      build.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        const functions = Object.entries((await import(path)) as object).filter(
          ([name, value]) => typeof value === "function" && /^[a-z]\w*$/.test(name) && name !== "default",
        );
        const lines = functions.map(
          ([name]) => `export const ${name} = (...args) => require(${JSON.stringify(path)}).${name}(...args);`,
        );
        return { contents: lines.join("\n") };
      });
    },
  };
}
