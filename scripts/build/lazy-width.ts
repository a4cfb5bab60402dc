import type { Plugin } from "esbuild";

/**
 * Loading string-width costs 30 ms (a regular expression over all emoji), where bare Node takes 25 to start, and
 * every table needs it. Nearly all text is plain ASCII and does not need it, so it is loaded for the first text that does.
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
