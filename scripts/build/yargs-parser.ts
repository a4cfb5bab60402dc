import type { Plugin } from "esbuild";

/**
 * Of yargs we use the parser. yargs does not declare that its other modules may be left out; they load Node's `assert` and the
 * tables of all emoji and colour codes, for every command.
 */
export function yargsParserOnly(): Plugin {
  return {
    name: "yargs-parser-only",
    setup(build) {
      build.onResolve({ filter: /^\./ }, async ({ path, importer, ...where }) => {
        if (where.pluginData === "seen" || !/[\\/]yargs[\\/]helpers[\\/]/.test(importer)) return undefined;
        return { ...(await build.resolve(path, { importer, ...where, pluginData: "seen" })), sideEffects: false };
      });
    },
  };
}
