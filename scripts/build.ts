// Builds dist/cowork: everything that cowork needs in one executable file. `npm run build`
import { createHash } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build, type BuildOptions } from "esbuild";
import { buildPage } from "../src/assets-page.ts";
import { readStored, storedNames } from "../src/assets-stored.ts";
import { collectNotices } from "./build/notices.ts";
import { ensureGrammars } from "./build/grammars.ts";
import { buildProgram } from "./build/program.ts";

/** A third of it are grammars. */
const maxBytes = 8_000_000;
const root = join(import.meta.dirname, "..");

await main();

async function main(): Promise<void> {
  const started = performance.now();
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  const options = bundleOptions(version);
  await ensureGrammars();
  const { files, metafile } = await buildProgram(options);
  const assets = new Map<string, Uint8Array>();
  for (const name of await storedNames()) assets.set(name, (await readStored(name)) ?? Buffer.from(""));
  const libraries = [metafile, (await buildPage()).metafile];
  assets.set("third-party.txt", Buffer.from(await collectNotices(root, libraries)));
  for (const [name, content] of assets) files.set(`assets/${name}`, Buffer.from(content).toString("latin1"));
  const packed = Buffer.from(JSON.stringify(Object.fromEntries(files)));
  const hash = createHash("sha256").update(packed).digest("hex").slice(0, 12);
  const program = { hash, archive: compress(packed).toString("base64") };
  const unpack = await build({ ...options, entryPoints: ["src/unpack.ts"], write: false });
  const header = (await readFile(join(root, "scripts/build/header.sh"), "utf8")).replace("PROGRAM", hash);
  const code = unpack.outputFiles.map(({ text }) => text).join("");
  const file = Buffer.from(`${header}const COWORK_PROGRAM = ${JSON.stringify(program)};\n${code}`);
  if (file.length > maxBytes) throw new Error(`dist/cowork has ${file.length} bytes, more than ${maxBytes}`);
  await writeExecutable(join(root, "dist"), file);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`dist/cowork ${version}: ${(file.length / 1e6).toFixed(1)} MB in ${seconds} s`);
}

function bundleOptions(version: string): BuildOptions {
  return {
    absWorkingDir: root,
    bundle: true,
    // The UMD build of jsonc-parser requires its parts at run time; its ES module is complete.
    mainFields: ["module", "main"],
    platform: "node",
    target: "node22.18",
    // CommonJS can follow the sh header, and modules behind `import()` are evaluated only when they are imported.
    format: "cjs",
    define: { COWORK_VERSION: JSON.stringify(version), "import.meta.url": "bundleUrl" },
    // Optional for ssh2; native code cannot be in the file.
    external: ["cpu-features"],
    loader: { ".node": "empty" },
    // Keeps names for stack traces with --verbose; licence texts are in the asset third-party.txt.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
  };
}

/** A higher quality takes twenty times as long and saves a tenth. */
function compress(content: Buffer): Buffer {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 9, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: content.length };
  return brotliCompressSync(content, { params });
}

/** Renamed into place, so that a running `cowork` or a test never reads half a file. */
async function writeExecutable(folder: string, content: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.cowork.${process.pid}`);
  await writeFile(temporary, content);
  await chmod(temporary, 0o755);
  await rename(temporary, join(folder, "cowork"));
}
