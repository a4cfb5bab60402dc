import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Plugin } from "esbuild";

/** Parts of dockerode that load gRPC and ssh2 in some 40 ms: only BuildKit sessions and engines behind SSH need them. */
const parts = /[\\/](dockerode[\\/]lib[\\/]session|docker-modem[\\/]lib[\\/]ssh)\.js$/;

/** Each of them exports one function. A wrapper loads the real one when it is called. */
export function lazyParts(): Plugin {
  const namespace = "lazy-parts";
  return {
    name: namespace,
    setup(build) {
      build.onLoad({ filter: parts }, ({ path }) => ({
        contents: `module.exports = (...args) => require(${JSON.stringify(`${namespace}:${path}`)})(...args);`,
      }));
      build.onResolve({ filter: /^lazy-parts:/ }, ({ path }) => ({
        path: path.slice(namespace.length + 1),
        namespace,
      }));
      build.onLoad({ filter: /.*/, namespace }, async ({ path }) => ({
        contents: await readFile(path, "utf8"),
        resolveDir: dirname(path),
      }));
    },
  };
}
