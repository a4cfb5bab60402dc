import { createHash } from "node:crypto";
import { basename } from "node:path";
import { CoworkError } from "./errors.ts";

/**
 * Files that are part of cowork: `templates/…` by their path, `devcontainers-cli.tar` (the pinned
 * `@devcontainers/cli`: what it needs to run, licence files included, no leading folder), `devcontainers-cli.version`
 * (text, no line end), `cli-preload.cjs` (what is preloaded into its process), `grammars/{language}.wasm.br` (what the names in
 * source files are found with, and `runtime`, which runs them) and `third-party.txt`. The built file contains
 * them and unpacks them; in the source tree they are read from there. Throws INTERNAL for a name that does not exist.
 */
export async function readAsset(name: string): Promise<Uint8Array> {
  const { readStored } = await import("./assets-stored.ts");
  const content = await readStored(name);
  if (content === undefined) throw new CoworkError("INTERNAL", `cowork has no asset named ${name}.`);
  return content;
}

/** The sorted names of all assets below a folder such as `templates/container/`. */
export async function listAssets(prefix: string): Promise<string[]> {
  const { storedNames } = await import("./assets-stored.ts");
  return (await storedNames()).filter((name) => name.startsWith(prefix)).toSorted();
}

/**
 * Reads all assets below some folders, sorted by base name.
 * @returns `hash`: 12 hex digits of a hash of names and contents
 */
export async function readAssets(
  prefixes: readonly string[],
): Promise<{ files: Map<string, Uint8Array>; hash: string }> {
  const names = (await Promise.all(prefixes.map(listAssets))).flat();
  const read = await Promise.all(names.map(async (name) => [basename(name), await readAsset(name)] as const));
  const files = new Map(read.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const hash = createHash("sha256");
  for (const [name, content] of files) hash.update(`${name} ${content.length}\n`).update(content);
  return { files, hash: hash.digest("hex").slice(0, 12) };
}
