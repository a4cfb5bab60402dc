import type { Plugin } from "esbuild";

/**
 * string-width costs 30 ms when it is loaded (a regular expression over all emoji), in a program where bare Node takes 25, and
 * yargs loads it always. Nearly all text is plain ASCII and needs none of it: the rest loads it when it comes.
 */
export function lazyStringWidth(): Plugin {
  const real = { pluginData: "real" };
  return {
    name: "lazy-string-width",
    setup(build) {
      build.onResolve({ filter: /^string-width$/ }, async ({ kind, resolveDir, pluginData }) => {
        if (pluginData === real.pluginData) return undefined;
        const { path } = await build.resolve("string-width", { kind, resolveDir, ...real });
        return { path, namespace: "lazy-string-width" };
      });
      build.onResolve({ filter: /^\//, namespace: "lazy-string-width" }, ({ path }) => ({ path, namespace: "file" }));
      build.onLoad({ filter: /.*/, namespace: "lazy-string-width" }, ({ path }) => ({ contents: wrapper(path) }));
    },
  };
}

function wrapper(path: string): string {
  return [
    "let real;",
    "export default (text, options) =>",
    `  /^[\\x20-\\x7e]*$/.test(text) ? text.length : (real ??= require(${JSON.stringify(path)}).default)(text, options);`,
  ].join("\n");
}
