import { basename } from "node:path";
import { transform, build, type BuildOptions, type Metafile, type TransformOptions } from "esbuild";

/**
 * Files that the program is laid down in, each with modules behind an `import()`: all that they import goes with them, into the
 * first file that has one of them. What is named in none is in `rest.cjs`; a module that is missing here is found there all the
 * same, and costs its command one more file to read.
 */
const files = {
  // the start, and what a Tab press needs: people wait for it without wanting to
  "start.cjs": [
    "src/main.ts",
    "src/commands/process-caller.ts",
    "src/commands/cli.ts",
    "src/commands/complete-line.ts",
  ],
  // quick answers about sessions, and the way into one
  "quick.cjs": [
    "src/commands/connect-io.ts",
    "src/commands/context.ts",
    "src/app/connect.ts",
    "src/app/create-context.ts",
    "src/app/list.ts",
    "src/app/settings.ts",
    "src/config/read.ts",
    "src/config/resolve.ts",
    "src/engine/http.ts",
    "src/program.ts",
    "src/project/find-place.ts",
    "src/project/sessions-index.ts",
    "src/session/enter.ts",
    "src/session/list.ts",
    "src/session/local-host.ts",
    "src/session/records.ts",
    "src/session/user-side.ts",
    "src/session/world.ts",
    "src/ui/progress.ts",
    "src/ui/sessions.ts",
  ],
} as const;

const rest = "rest.cjs";

/**
 * The program in a few files of modules that are needed together: Node reads a file whole before it runs any of it, so small first
 * ones are a good part of the start. esbuild splits ES modules only: its chunks are made CommonJS one by one, each a function that
 * is called when the chunk is loaded.
 * @returns texts by file name, in the order in which entry.cjs looks for a chunk
 */
export async function buildChunks(options: BuildOptions): Promise<Record<string, string>> {
  const split = { format: "esm", splitting: true, outdir: ".", banner: {}, metafile: true, write: false } as const;
  const { outputFiles, metafile } = await build({ ...options, ...split });
  const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const banner = `"use strict";${options.banner?.["js"] ?? ""}`;
  const { target, minifySyntax, minifyWhitespace } = options;
  const look = { target, minifySyntax, minifyWhitespace } as TransformOptions;
  const made: Record<string, string> = {};
  const take = async (file: string, names: Iterable<string>): Promise<void> => {
    const functions: string[] = [];
    for (const name of names) {
      const text = texts.get(name);
      if (text !== undefined) functions.push(await asFunction(name, text, look));
      texts.delete(name);
    }
    made[file] = `${banner}\nmodule.exports={${functions.join(",\n")}};\n`;
  };
  for (const [file, modules] of Object.entries(files)) await take(file, closure(metafile, modules));
  await take(rest, [...texts.keys()]);
  return made;
}

async function asFunction(name: string, text: string, look: TransformOptions): Promise<string> {
  const { code } = await transform(text, { ...look, format: "cjs", supported: { "dynamic-import": false } });
  return `${JSON.stringify(`./${name}`)}(module,exports,require){${code}}`;
}

/** The chunks of these modules, and those that they import. */
function closure({ outputs }: Metafile, modules: readonly string[]): Set<string> {
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name) || outputs[name] === undefined) return;
    found.add(name);
    for (const { path, kind } of outputs[name].imports) if (kind === "import-statement") add(path);
  };
  for (const module of modules) {
    const chunk = Object.keys(outputs).find((name) => outputs[name]?.entryPoint === module);
    if (chunk === undefined) throw new Error(`${module} is behind no import(): it has no chunk of its own`);
    add(chunk);
  }
  return found;
}
