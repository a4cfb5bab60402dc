import { isBuiltin } from "node:module";
import { isAbsolute, join, parse } from "node:path";
import { build, type BuildOptions, type Metafile, type Plugin } from "esbuild";
import { lazyBuiltins } from "./lazy-builtins.ts";
import { lazyParts } from "./lazy-parts.ts";
import { lazyStringWidth } from "./lazy-width.ts";

/** The program as it is unpacked to a home (`src/unpack.ts`): files by name. */
export interface Program {
  files: Map<string, string>;
  /** of all libraries in it */
  metafiles: Metafile[];
}

/**
 * Our own modules are bundled into one file. Each library behind an `import()` has its own file, so that a command that does not
 * need the library does not read it; so does each of our modules that is called `…-library.ts`. In a single file, `--version` takes 2.0 times as long as bare Node, and not 1.5.
 */
export async function buildProgram(options: BuildOptions): Promise<Program> {
  const libraries = new Map<string, Library>();
  const program = await bundle({
    ...options,
    entryPoints: ["src/main.ts"],
    plugins: [assetsBeside(), librariesBeside(libraries), ...lazyLoading()],
  });
  const files = new Map([
    ["main.cjs", startWithCompileCache],
    ["program.cjs", program.text],
  ]);
  const metafiles = [program.metafile];
  for (const [specifier, { file, names }] of libraries) {
    // `.mjs`: the default export of a CommonJS library is then the same as in Node
    const contents = `export { ${names.join(", ")} } from ${JSON.stringify(specifier)};`;
    const stdin = { contents, sourcefile: "library.mjs", resolveDir: import.meta.dirname };
    const library = await bundle({ ...options, stdin, plugins: lazyLoading() });
    files.set(file, library.text);
    metafiles.push(library.metafile);
  }
  return { files, metafiles };
}

/** Modules that slow down every command but are needed by few are loaded when they are called. */
const lazyLoading = (): Plugin[] => [lazyBuiltins(), lazyParts(), lazyStringWidth()];

/**
 * Node's compile cache is next to the program and removed with it. It saves `list` a fifth of its time. Node writes it once, with the
 * functions that the first command compiled: the commands that people and scripts run most have caches of their own, which saves `list`
 * another tenth.
 */
const startWithCompileCache = `"use strict";
const own = ["list", "status", "connect"].find((name) => name === process.argv[3]) ?? "other";
require("node:module").enableCompileCache(require("node:path").join(__dirname, "compiled", own));
require("./program.cjs");
`;

interface Library {
  file: string;
  /** names of its exports in Node */
  names: readonly string[];
}

function librariesBeside(found: Map<string, Library>): Plugin {
  const namespace = "library";
  return {
    name: "libraries-beside",
    setup(context) {
      context.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        kind === "dynamic-import" && !isBuiltin(path) ? { path, namespace } : undefined,
      );
      // Packages that must share their parts: one of our own modules that only exports from them.
      context.onResolve({ filter: /-library\.ts$/ }, ({ path, kind, resolveDir }) =>
        kind === "dynamic-import" ? { path: join(resolveDir, path), namespace } : undefined,
      );
      context.onResolve({ filter: /^\./, namespace }, ({ path }) => ({ path, external: true }));
      context.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        const names = Object.keys((await import(path)) as object).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name));
        const file = `${(isAbsolute(path) ? parse(path).name : path).replaceAll(/[^\w-]+/g, "-")}.cjs`;
        found.set(path, { file, names });
        // a name may be a reserved word (zod's `catch`)
        const lines = names.map((name, n) => `const name${n} = library.${name};\nexport { name${n} as ${name} };`);
        return { contents: [`const library = require("./${file}");`, ...lines].join("\n") };
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

async function bundle(options: BuildOptions): Promise<{ text: string; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({ ...options, write: false, metafile: true });
  return { text: outputFiles.map(({ text }) => ascii(text)).join(""), metafile };
}

/**
 * esbuild keeps non-ASCII characters in regular expressions. A single one makes Node store the whole text with two bytes per
 * character, which costs every command some 10 ms.
 */
function ascii(code: string): string {
  return code.replaceAll(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
