// Makes dist/cowork: everything that cowork needs, in one executable file. `npm run build`
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type BuildOptions } from "esbuild";
import { ascii } from "./build/ascii.ts";
import { embedAssets, leaveAssetsOut } from "./build/embed.ts";
import { lazyLoading } from "./build/lazy.ts";
import { collectNotices } from "./build/notices.ts";
import { buildPieces } from "./build/pieces.ts";

const maxBytes = 12_000_000;
const root = join(import.meta.dirname, "..");

await main();

async function main(): Promise<void> {
  const started = performance.now();
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
  const options = bundleOptions(version);
  // Two passes: the first says which libraries are in it, the second carries their licences.
  const { metafile } = await build({
    ...options,
    metafile: true,
    plugins: [leaveAssetsOut(), ...lazyLoading()],
  });
  const notices = new Map([["third-party.txt", Buffer.from(await collectNotices(root, metafile))]]);
  const pieces = await buildPieces(options, notices);
  const { outputFiles } = await build({
    ...options,
    plugins: [...lazyLoading(), embedAssets(new Map([...notices, ["program.json", pieces.archive]]))],
    define: { ...options.define, COWORK_PROGRAM: JSON.stringify(pieces.hash) },
  });
  const header = (await readFile(join(root, "scripts/build/header.sh"), "utf8")).replace("PROGRAM", pieces.hash);
  const file = Buffer.from(header + outputFiles.map((output) => ascii(output.text)).join(""));
  if (file.length > maxBytes) throw new Error(`dist/cowork has ${file.length} bytes, more than ${maxBytes}`);
  await writeExecutable(join(root, "dist"), file);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`dist/cowork ${version}: ${(file.length / 1e6).toFixed(1)} MB in ${seconds} s`);
}

function bundleOptions(version: string): BuildOptions & { write: false } {
  return {
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    bundle: true,
    // The UMD build of jsonc-parser requires its parts at run time; its ES module is whole.
    mainFields: ["module", "main"],
    write: false,
    platform: "node",
    target: "node22.18",
    // CommonJS: it may stand below the sh header, and modules behind `import()` are not evaluated before they are asked for.
    format: "cjs",
    define: { COWORK_VERSION: JSON.stringify(version), "import.meta.url": "bundleUrl" },
    banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    // ssh2 takes both when they are there and does without them; native code cannot be in the file.
    external: ["cpu-features"],
    loader: { ".node": "empty" },
    // Names stay, so that a stack trace with --verbose says something; notices are in the asset third-party.txt.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "warning",
  };
}

/** Renamed into place: a `cowork` that is running, or a test that starts, never meets half a file. */
async function writeExecutable(folder: string, content: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.cowork.${process.pid}`);
  await writeFile(temporary, content);
  await chmod(temporary, 0o755);
  await rename(temporary, join(folder, "cowork"));
}
