import { createHash } from "node:crypto";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { ascii } from "./ascii.ts";
import { buildChunks } from "./chunks.ts";
import { assetsBeside, storedModule } from "./embed.ts";
import { lazyLoading } from "./lazy.ts";

/** The program in pieces, as it is laid down in a home (`src/program.ts`): a library that a command does not need is not even read. */
export interface Pieces {
  /** 12 hex digits that stand for all of it */
  hash: string;
  /** the files by name, as JSON; `main.cjs` is the entry */
  archive: Uint8Array;
}

/** Every library behind an `import()` gets a file of its own, the rest is one: few files are read quicker than many. */
export async function buildPieces(options: BuildOptions, assets: ReadonlyMap<string, Uint8Array>): Promise<Pieces> {
  const libraries = new Map<string, Library>();
  const define = { ...options.define, COWORK_UNPACKED: "true" };
  const chunks = await buildChunks({
    ...options,
    define,
    plugins: [leaveLibrariesOut(libraries), assetsBeside("assets.cjs"), ...lazyLoading()],
  });
  const files: Record<string, string> = {
    "main.cjs": await bundle({
      ...options,
      entryPoints: [join(import.meta.dirname, "entry.cjs")],
      define: { CHUNK_FILES: JSON.stringify(Object.keys(chunks).map((file) => `./${file}`)) },
      banner: {},
    }),
    ...chunks,
    "assets.cjs": await bundle({ ...options, entryPoints: [], stdin: { contents: await storedModule(assets) } }),
  };
  for (const [specifier, { file, names }] of libraries) {
    // `.mjs`: what a CommonJS library's default is, is then as Node has it
    const contents = `export { ${names.join(", ")} } from ${JSON.stringify(specifier)};`;
    const stdin = { contents, sourcefile: "library.mjs", resolveDir: import.meta.dirname };
    files[file] = await bundle({
      ...options,
      entryPoints: [],
      stdin,
      plugins: lazyLoading(),
    });
  }
  for (const [name, text] of Object.entries(files)) files[name] = ascii(text);
  const archive = Buffer.from(JSON.stringify(files));
  return { hash: createHash("sha256").update(archive).digest("hex").slice(0, 12), archive };
}

interface Library {
  file: string;
  /** what Node finds in it */
  names: readonly string[];
}

function leaveLibrariesOut(found: Map<string, Library>): Plugin {
  const namespace = "library";
  return {
    name: "leave-libraries-out",
    setup(context) {
      context.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        kind === "dynamic-import" && !isBuiltin(path) ? { path, namespace } : undefined,
      );
      context.onResolve({ filter: /^\./, namespace }, ({ path }) => ({ path, external: true }));
      context.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        const names = Object.keys((await import(path)) as object).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name));
        const file = `${path.replaceAll(/[^\w-]+/g, "-")}.cjs`;
        found.set(path, { file, names });
        // a name may be a word of the language (zod's `catch`)
        const lines = names.map((name, n) => `const name${n} = library.${name};\nexport { name${n} as ${name} };`);
        return { contents: [`const library = require("./${file}");`, ...lines].join("\n") };
      });
    },
  };
}

async function bundle(options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({ ...options, write: false });
  return outputFiles.map(({ text }) => text).join("");
}
