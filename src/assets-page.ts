// Builds the web page from `src/web`. Only `assets-stored.ts` and the build use it: the built file holds the result.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { BuildOptions, Metafile } from "esbuild";

const root = join(import.meta.dirname, "..");
const immutable = "public, max-age=31536000, immutable";

/** Names of the page's assets. `web/pages.json` says which address each has; `.br` are the same files, compressed. */
export const pageAssets = [
  "web/app.js",
  "web/app.js.br",
  "web/index.html",
  "web/index.html.br",
  "web/pages.json",
  "web/style.css",
  "web/style.css.br",
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
  const [script, style] = await Promise.all([bundle("src/web/main.tsx"), bundle("src/web/style/main.css")]);
  const paths = { script: addressOf("app", "js", script.content), style: addressOf("style", "css", style.content) };
  const template = await readFile(join(root, "src/web/index.html"), "utf8");
  const html = template.replace("{script}", paths.script).replace("{style}", paths.style);
  const pages = {
    "/": { asset: "web/index.html", type: "text/html; charset=utf-8", cache: "no-cache" },
    [paths.script]: { asset: "web/app.js", type: "text/javascript; charset=utf-8", cache: immutable },
    [paths.style]: { asset: "web/style.css", type: "text/css; charset=utf-8", cache: immutable },
  };
  const files = new Map<string, Uint8Array>([["web/pages.json", Buffer.from(JSON.stringify(pages))]]);
  const contents = { "web/app.js": script.content, "web/style.css": style.content, "web/index.html": Buffer.from(html) };
  for (const [name, content] of Object.entries(contents)) {
    files.set(name, content);
    files.set(`${name}.br`, brotliCompressSync(content));
  }
  return { files, metafile: script.metafile };
}

function addressOf(name: string, extension: string, content: Uint8Array): string {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  return `/assets/${name}-${hash}.${extension}`;
}

async function bundle(entry: string): Promise<{ content: Uint8Array; metafile: Metafile }> {
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build({ ...options, entryPoints: [entry] });
  return { content: outputFiles[0]?.contents ?? Buffer.from(""), metafile };
}

const options = {
  absWorkingDir: root,
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
