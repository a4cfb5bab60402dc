import type { Plugin } from "esbuild";

/** The library of the locks calls one function of `assert`, when it is misused, and loads 2 MB of Node's memory for it. */
export function lazyAssert(): Plugin {
  const namespace = "lazy-assert";
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^assert$/ }, ({ path, importer }) =>
        /[\\/]signal-exit[\\/]/.test(importer) ? { path, namespace } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace }, () => ({
        contents: 'module.exports = { equal: (...args) => require("node:assert").equal(...args) };',
      }));
    },
  };
}
