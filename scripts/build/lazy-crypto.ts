import type { Plugin } from "esbuild";

/**
 * Node's crypto takes 5 to 7 ms to load, where bare Node takes 24: what our modules import of it is loaded when it is called. All
 * of it are functions.
 */
export function lazyCrypto(): Plugin {
  const namespace = "lazy-crypto";
  const functions = ["createHash", "createHmac", "randomBytes", "randomUUID", "timingSafeEqual"];
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^node:crypto$/ }, ({ path, kind, importer }) =>
        kind === "import-statement" && !/[\\/]node_modules[\\/]/.test(importer) ? { path, namespace } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: functions
          .map((name) => `export const ${name} = (...words) => require(${JSON.stringify(path)}).${name}(...words);`)
          .join("\n"),
      }));
    },
  };
}
