import { isBuiltin } from "node:module";
import { basename } from "node:path";
import { build, transform, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { lazyAssert } from "./lazy-assert.ts";
import { lazyBuiltins } from "./lazy-builtins.ts";
import { lazyParts } from "./lazy-parts.ts";
import { lazyStringWidth } from "./lazy-width.ts";
import { yargsParserOnly } from "./yargs-parser.ts";

/** The program as it is unpacked to a home (`src/unpack.ts`): files by name. */
export interface Program {
  files: Map<string, string>;
  metafile: Metafile;
}

/** A smaller chunk is not worth a file: a command that needs it would look for one more file. */
const smallBytes = 16_000;

/**
 * esbuild divides the program at every `import()`; what several of these parts need becomes a part of its own (a chunk), which they
 * share. Each chunk runs when something of it is first used. Small ones are together in `program.cjs`; a large one is a file of its own, which
 * a command that does not need it does not read.
 */
export async function buildProgram(options: BuildOptions, entry = "src/main.ts"): Promise<Program> {
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: { main: entry },
    outdir: "dist",
    outExtension: { ".js": ".cjs" },
    format: "esm",
    splitting: true,
    plugins: [
      assetsBeside(),
      librariesAsInNode(),
      lazyAssert(),
      lazyBuiltins(),
      lazyParts(),
      lazyStringWidth(),
      yargsParserOnly(),
    ],
    metafile: true,
    write: false,
  });
  const start = await build({ ...options, entryPoints: ["src/start.ts"], write: false });
  const files = new Map([["main.cjs", start.outputFiles.map(({ text }) => text).join("")]]);
  const small: string[] = [];
  for (const { path, text } of outputFiles) {
    const name = basename(path);
    const code = await asFunction(text, isStrict(metafile, name), options);
    const chunk = `"./${name}": ${isLibrary(metafile, name) ? code : importedWhenUsed(code)},`;
    if (text.length < smallBytes) small.push(chunk);
    else files.set(name, fileOf([chunk]));
  }
  files.set("program.cjs", fileOf(small));
  return { files, metafile };
}

/** CommonJS libraries decide for themselves whether their code is strict; ES modules always are. */
function isStrict(metafile: Metafile, chunk: string): boolean {
  return modulesOf(metafile, chunk).every((module) => metafile.inputs[module]?.format !== "cjs");
}

function modulesOf({ outputs }: Metafile, chunk: string): string[] {
  return Object.keys(Object.entries(outputs).find(([path]) => basename(path) === chunk)?.[1].inputs ?? {});
}

function isLibrary(metafile: Metafile, chunk: string): boolean {
  const modules = modulesOf(metafile, chunk);
  return modules.length > 0 && modules.every((module) => module.startsWith("node_modules/"));
}

/**
 * A chunk imports at its top what any of its functions needs, and what that needs in turn. A command calls few of the functions, so what a
 * chunk imports runs when something of it is used: `list` runs 87 chunks instead of 111, and takes 65.0 ms of processor time instead of 68.5
 * (bare Node: 25.4; minima of 30 runs in turn). Our own modules do nothing when they are imported, so it does not matter when that is.
 * A library may count on the order of its own modules: its chunks stay as they are.
 */
function importedWhenUsed(code: string): string {
  const binding = /\b(import_chunk_\w+) ?= ?require\("(\.\/[^"]+)"\)(,?)/g;
  const used = new Set([...code.matchAll(/\b(import_chunk_\w+)\./g)].map(([, name]) => name));
  const bound = new Set([...code.matchAll(binding)].map(([, name]) => name));
  return (
    code
      .replaceAll(binding, (_, name: string, chunk: string, comma: string) =>
        !used.has(name) && comma !== "" ? "" : `${name}=__whenUsed(require,"${chunk}")${comma}`,
      )
      // In brackets, because it may come after `new`.
      .replaceAll(/\b(import_chunk_\w+)\./g, (all, name: string) => (bound.has(name) ? `(${name}()).` : all))
  );
}

/** A chunk as a function that runs it. */
async function asFunction(esm: string, strict: boolean, options: BuildOptions): Promise<string> {
  const { target = "esnext", minifySyntax = false, minifyWhitespace = false } = options;
  const supported = { "dynamic-import": false };
  const { code } = await transform(esm, { target, minifySyntax, minifyWhitespace, supported, format: "cjs" });
  // Above it are esbuild's own versions of what is in `fileOf`. Only `main` exports nothing and keeps them.
  const start = Math.max(0, code.search(/var stdin_exports\b/));
  // A library's function may have a `require` of its own, which keeps its name if there is an `eval`. What esbuild makes of `import()` in
  // there means ours.
  const own = code.slice(start).replaceAll(/=> ?__toESM\(require\(/g, "=>__toESM(__load(");
  return `function(module,exports,require){${strict ? '"use strict";' : ""}const __load=require;${own}}`;
}

/**
 * A file of the program, as `src/start.ts` runs it, and what its chunks refer to. esbuild repeats these functions in each chunk, and
 * its own versions copy all exports, so that a reference goes through several getters.
 */
function fileOf(chunks: readonly string[]): string {
  return ascii(`(function (require, __filename, __dirname) {
const bundleUrl = require("node:url").pathToFileURL(__filename).href;
const __export = (exports, all) => {
  for (const name in all) Object.defineProperty(exports, name, { get: all[name], enumerable: true });
};
const __toCommonJS = (exports) =>
  Object.hasOwn(exports, "__esModule") ? exports : Object.defineProperty(exports, "__esModule", { value: true });
const __whenUsed = (require, id, module) => () => (module ??= require(id));
const __toESM = (module) => module.__esModule ? module : Object.create(module, { default: { value: module } });
return {
${chunks.join("\n")}
};
})
`);
}

/**
 * `import()` of a library gives the names that it has in Node, where esbuild's chunk of a CommonJS library has only `default`. What
 * that is also depends on the importer: for one that ends in `.mjs` it is as in Node.
 */
function librariesAsInNode(): Plugin {
  const namespace = "library";
  return {
    name: "libraries-as-in-node",
    setup(context) {
      context.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        kind === "dynamic-import" && !isBuiltin(path) ? { path: `${path}.mjs`, namespace } : undefined,
      );
      context.onLoad({ filter: /.*/, namespace }, async ({ path: module }) => {
        const path = module.replace(/\.mjs$/, "");
        const names = Object.keys((await import(path)) as object).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name));
        const contents = `export { ${names.join(", ")} } from ${JSON.stringify(path)};`;
        return { contents, resolveDir: import.meta.dirname };
      });
    },
  };
}

/** Assets are in a folder next to the program, under the same paths as in the source tree. */
function assetsBeside(): Plugin {
  return {
    name: "assets-beside",
    setup(context) {
      context.onResolve({ filter: /\/assets-stored\.ts$/ }, async ({ path, resolveDir }) => ({
        path: `${resolveDir}/${path.replace("stored", "beside")}`,
      }));
    },
  };
}

/**
 * esbuild keeps non-ASCII characters in regular expressions. A single one makes Node store the whole text with two bytes per
 * character, which costs every command some 10 ms.
 */
function ascii(code: string): string {
  return code.replaceAll(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
