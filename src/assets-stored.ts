// Reads assets in the source tree. The build replaces this module with `assets-beside.ts`, which has the same exports.
import { readdir, readFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";

const root = join(import.meta.dirname, "..");
const cli = join(root, "node_modules", "@devcontainers", "cli");
/** `npm ci` fills it (`scripts/grammars.ts`) */
const grammars = join(root, "node_modules", ".cache", "cowork-grammars");

/** Undefined if the asset does not exist. */
export async function readStored(name: string): Promise<Uint8Array | undefined> {
  if (name === "devcontainers-cli.tar") return await packCli();
  if (name === "devcontainers-cli.version") return Buffer.from(await cliVersion());
  if (name === "cli-preload.cjs") return await bundlePreload();
  if (name.startsWith("web/")) return (await (await import("./assets-page.ts")).buildPage()).files.get(name);
  if (name === "grammars/runtime.wasm.br") return await packRuntime();
  if (name === "third-party.txt") return Buffer.from("The notices of bundled libraries are made by the build.\n");
  if (!(await storedNames()).includes(name)) return undefined;
  return await readFile(name.startsWith("grammars/") ? join(grammars, basename(name)) : join(root, name));
}

export async function storedNames(): Promise<string[]> {
  const own = ["cli-preload.cjs", "devcontainers-cli.tar", "devcontainers-cli.version", "third-party.txt"];
  return [
    ...own,
    ...(await import("./assets-page.ts")).pageAssets,
    ...(await grammarNames()),
    ...(await filesBelow(join(root, "templates"))).map((file) => relative(root, file).split(sep).join("/")),
  ];
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

async function grammarNames(): Promise<string[]> {
  const files = await readdir(grammars).catch(() => []);
  return ["runtime.wasm.br", ...files.filter((file) => file.endsWith(".wasm.br"))].map((file) => `grammars/${file}`);
}

/** What runs the grammars. */
async function packRuntime(): Promise<Uint8Array> {
  const { brotliCompressSync, constants } = await import("node:zlib");
  const content = await readFile(join(root, "node_modules", "web-tree-sitter", "web-tree-sitter.wasm"));
  // Made each time it is read from the source tree: the best compression takes a second.
  return brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
}

async function cliVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(cli, "package.json"), "utf8")) as { version: string };
  return version;
}

/** Bundles what is preloaded into the dev container CLI into one file. */
async function bundlePreload(): Promise<Uint8Array> {
  const { build } = await import("esbuild");
  const entryPoints = [join(root, "src/devcontainer/cli-preload/main.ts")];
  const options = { bundle: true, platform: "node", target: "node22.18", format: "cjs", write: false } as const;
  const { outputFiles } = await build({ ...options, entryPoints });
  return outputFiles[0]?.contents ?? Buffer.from("");
}

async function packCli(): Promise<Uint8Array> {
  const [{ pack }, { buffer }] = await Promise.all([import("tar-stream"), import("node:stream/consumers")]);
  const tar = pack();
  for (const file of await filesBelow(cli)) {
    const name = relative(cli, file).split(sep).join("/");
    if (/^(README|CHANGELOG)\.md$/.test(name)) continue;
    const mode = name === "devcontainer.js" ? 0o755 : 0o644;
    // A fixed time makes the archive reproducible.
    tar.entry({ name, mode, mtime: new Date(0) }, await readFile(file));
  }
  tar.finalize();
  return await buffer(tar);
}
