import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin } from "esbuild";
import { readStored, storedNames } from "../../src/assets-stored.ts";

/** Puts all assets, compressed, in the place of `src/assets-stored.ts`; they are unpacked one by one when asked for. */
export function embedAssets(extra: ReadonlyMap<string, Uint8Array>): Plugin {
  return replaceStored(async () => await storedModule(extra));
}

/** Leaves them to a file beside the program, which has what `storedModule` gives. */
export function assetsBeside(file: string): Plugin {
  const [fromFile, read, list] = ["const assets = require", "export const readStored =", "export const storedNames ="];
  const contents = `${fromFile}("./${file}"); ${read} assets.readStored; ${list} assets.storedNames;`;
  return {
    name: "assets-beside",
    setup(build) {
      build.onResolve({ filter: /^\.\/assets\.cjs$/ }, ({ path }) => ({ path, external: true }));
      void replaceStored(async () => contents).setup(build);
    },
  };
}

/** For a look at what is in the bundle: no assets. */
export function leaveAssetsOut(): Plugin {
  return replaceStored(async () => "export const readStored = () => {}, storedNames = () => {};");
}

function replaceStored(contents: () => Promise<string>): Plugin {
  return {
    name: "embed-assets",
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/]assets-stored\.ts$/ }, async () => ({
        contents: await contents(),
        loader: "js",
      }));
    },
  };
}

/** The module that has them, as source. */
export async function storedModule(extra: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const blobs: Record<string, string> = {};
  for (const name of new Set([...(await storedNames()), ...extra.keys()].toSorted())) {
    const content = extra.get(name) ?? (await readStored(name));
    if (content === undefined) throw new Error(`asset ${name} has no content`);
    blobs[name] = compress(content).toString("base64");
  }
  return [
    `import { brotliDecompressSync } from "node:zlib";`,
    `const blobs = ${JSON.stringify(blobs)};`,
    `export async function readStored(name) {`,
    `  return Object.hasOwn(blobs, name) ? new Uint8Array(brotliDecompressSync(Buffer.from(blobs[name], "base64"))) : undefined;`,
    `}`,
    `export async function storedNames() { return Object.keys(blobs); }`,
  ].join("\n");
}

function compress(content: Uint8Array): Buffer {
  return brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } });
}
