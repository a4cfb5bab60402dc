import { CoworkError } from "./errors.ts";

/**
 * Files that cowork carries along: `templates/…` by their path, `devcontainers-cli.tar` (the pinned
 * `@devcontainers/cli`: what it needs to run, licence files included, no leading folder), `devcontainers-cli.version`
 * (text, no line end) and `third-party.txt`. In the built file they are embedded and unpacked on demand; in the source
 * tree they are read from there. Throws INTERNAL for a name that does not exist.
 */
export async function readAsset(name: string): Promise<Uint8Array> {
  const { readStored } = await import("./assets-stored.ts");
  const content = await readStored(name);
  if (content === undefined) throw new CoworkError("INTERNAL", `cowork carries no asset named ${name}.`);
  return content;
}

/** Names of all assets below a folder such as `templates/container/`, sorted. */
export async function listAssets(prefix: string): Promise<string[]> {
  const { storedNames } = await import("./assets-stored.ts");
  return (await storedNames()).filter((name) => name.startsWith(prefix)).toSorted();
}
