import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Plugin } from "esbuild";

/** Parts of dockerode that load gRPC and ssh2, some 40 ms: builds with BuildKit's sessions and engines behind ssh need them. */
const parts = /[\\/](dockerode[\\/]lib[\\/]session|docker-modem[\\/]lib[\\/]ssh)\.js$/;

/** Each is one function: it stays, and loads the rest when it is called. */
export function lazyParts(): Plugin {
  const namespace = "lazy-parts";
  return {
    name: namespace,
    setup(build) {
      build.onLoad({ filter: parts }, ({ path }) => ({
        contents: `module.exports = (...words) => require(${JSON.stringify(`${namespace}:${path}`)})(...words);`,
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
