// Builds the web page from `src/web`. Only `assets-stored.ts` and the build use it: the built file holds the result.
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { BuildOptions, Metafile } from "esbuild";

const root = join(import.meta.dirname, "..");
const immutable = "public, max-age=31536000, immutable";

/** Scripts and styles by their names without hashes: the page's own, and those that it loads when it needs them. */
const parts = ["app.js", "encode-qr.js", "read-markdown.js", "style.css"];

/** Names of the page's assets. `web/pages.json` says which address each has; `.br` are the same files, compressed. */
export const pageAssets = [
  "web/pages.json",
  ...[...parts, "index.html"].flatMap((name) => [`web/${name}`, `web/${name}.br`]),
];

interface BuiltPage {
  /** content by the asset's name */
  files: Map<string, Uint8Array>;
  /** of the libraries in it */
  metafile: Metafile;
}

let built: Promise<BuiltPage> | undefined;

/** Builds the page, once per process. */
export async function buildPage(): Promise<BuiltPage> {
  built ??= bundlePage();
  return await built;
}

async function bundlePage(): Promise<BuiltPage> {
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build(options);
  const pages: Record<string, { asset: string; type: string; cache: string }> = {
    "/": { asset: "web/index.html", type: "text/html; charset=utf-8", cache: "no-cache" },
  };
  const contents = new Map<string, Uint8Array>();
  for (const { path, contents: content } of outputFiles) {
    const { name = "", extension = "" } = /(?<name>[^/]+)-[A-Z0-9]+\.(?<extension>js|css)$/.exec(path)?.groups ?? {};
    if (!parts.includes(`${name}.${extension}`))
      throw new Error(`the page has a part that pageAssets does not name: ${path}`);
    const type = `text/${extension === "js" ? "javascript" : "css"}; charset=utf-8`;
    pages[`/assets/${basename(path)}`] = { asset: `web/${name}.${extension}`, type, cache: immutable };
    contents.set(`web/${name}.${extension}`, content);
  }
  contents.set("web/index.html", Buffer.from(await fillTemplate(Object.keys(pages))));
  const files = new Map<string, Uint8Array>([["web/pages.json", Buffer.from(JSON.stringify(pages))]]);
  for (const [name, content] of contents) {
    files.set(name, content);
    files.set(`${name}.br`, brotliCompressSync(content));
  }
  return { files, metafile };
}

async function fillTemplate(addresses: readonly string[]): Promise<string> {
  const template = await readFile(join(root, "src/web/index.html"), "utf8");
  const addressOf = (prefix: string): string => addresses.find((address) => address.startsWith(prefix)) ?? "";
  return template.replace("{script}", addressOf("/assets/app-")).replace("{style}", addressOf("/assets/style-"));
}

const options = {
  absWorkingDir: root,
  entryPoints: { app: "src/web/main.tsx", style: "src/web/style/main.css" },
  outdir: "assets",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  // Each `import()` is a file of its own.
  splitting: true,
  bundle: true,
  write: false,
  metafile: true,
  platform: "browser",
  format: "esm",
  // The style sheet needs browsers that are newer than this.
  target: "es2023",
  minify: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  logLevel: "warning",
} as const satisfies BuildOptions;
