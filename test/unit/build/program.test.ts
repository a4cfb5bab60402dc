import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { buildProgram } from "../../../scripts/build/program.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";
import { tree } from "../../support/git/tree.ts";

const run = promisify(execFile);
const padding = `export const padding = ${JSON.stringify("x".repeat(20_000))};`;

/** Builds a program of these source files. Returns the names of its files, and a function that runs it. */
async function built(sources: Record<string, string>) {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(sources)) await writeFile(join(folder, name), text);
  const options = { absWorkingDir: tree, bundle: true, platform: "node", target: "node22.18" } as const;
  const { files } = await buildProgram(options, join(folder, "main.ts"));
  for (const [name, text] of files) {
    const path = join(folder, "built", name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  const output = async (): Promise<string> => (await run(process.execPath, [join(folder, "built", "main.cjs")])).stdout;
  return { names: [...files.keys()].toSorted(), output };
}

test("parts that are loaded later share the modules that they have in common, and their state", async () => {
  const { names, output } = await built({
    "shared.ts": "export class Failure extends Error {} export let count = 0; export function add() { count += 1; }",
    "small.ts":
      'import { add, Failure } from "./shared.ts"; add(); export function fail() { throw new Failure("small"); }',
    "large.ts": `import { add, Failure } from "./shared.ts"; add(); ${padding} export function fail() { throw new Failure(padding.slice(0, 3)); }`,
    "main.ts": `import { count, Failure } from "./shared.ts";
      for (const load of [() => import("./small.ts"), () => import("./large.ts"), () => import("./large.ts")]) {
        load().then(({ fail }) => fail()).catch((error) => console.log(error instanceof Failure, error.message, count));
      }`,
  });
  expect(names).toEqual([expect.stringMatching(/^large-\w+\.cjs$/), "main.cjs", "program.cjs"]);
  const lines = (await output()).trim().split("\n");
  expect(lines.toSorted()).toEqual(["true small 2", "true xxx 2", "true xxx 2"]);
});

test("a part runs when it is imported, once, in the order of its imports", async () => {
  const { output } = await built({
    "first.ts": 'console.log("first");',
    "later.ts": 'import "./first.ts"; console.log("later"); export default 1;',
    "start.ts": `console.log("start"); export const start = async () => {
      const [one, two] = [await import("./later.ts"), await import("./later.ts")];
      console.log(one === two, one.default);
    };`,
    "main.ts": 'console.log("main"); void import("./start.ts").then(({ start }) => start());',
  });
  expect(await output()).toBe("main\nstart\nfirst\nlater\ntrue 1\n");
});

test("what is imported of another part runs when it is used, and a library's own parts in their order", async () => {
  const { output } = await built({
    "shared.ts":
      'console.log("shared"); export const shared = "value"; export let count = 0; export const add = () => (count += 1);',
    "one.ts":
      'import { add, count, shared } from "./shared.ts"; export const quick = () => "quick"; export const slow = () => `${shared} ${add()} ${count}`;',
    "two.ts": 'import { shared } from "./shared.ts"; export const two = () => shared;',
    "main.ts": `void (async () => {
      const { quick, slow } = await import("./one.ts");
      console.log(quick());
      console.log(slow());
      console.log((await import("./two.ts")).two());
    })();`,
  });
  expect(await output()).toBe("quick\nshared\nvalue 1 1\nvalue\n");
});

test("a library has the exports that it has in Node, by `import` and by `import()`", async () => {
  const main = `import { join } from "node:path";
    import * as os from "node:os";
    import process from "node:process";
    async function main() {
      const { check, default: all } = await import("proper-lockfile");
      const ast = await import("dockerfile-ast");
      const { default: tls } = await import("node:tls");
      console.log(typeof check, all.check === check, typeof ast.DockerfileParser.parse, typeof tls.connect, typeof os.EOL, join("a", "b"), typeof process.pid);
    }
    void main();`;
  const { output } = await built({ "main.ts": main });
  expect(await output()).toBe("function true function function string a/b number\n");
});

test("a part may export the mark of a module that was compiled to CommonJS, as libraries do", async () => {
  const { output } = await built({
    "marked.ts": "export const __esModule = true; export const one = 1;",
    "main.ts": 'void import("./marked.ts").then(({ one }) => console.log(one));',
  });
  expect(await output()).toBe("1\n");
});

test("string-width is loaded for a text that is not ASCII, and not for a note with a command in it", async () => {
  const { output } = await built({
    "main.ts": `let loaded = false;
      const { Segmenter } = Intl;
      // string-width makes one when it is loaded.
      Intl.Segmenter = class extends Segmenter { constructor(...given) { super(...given); loaded = true; } };
      void import(${JSON.stringify(join(tree, "src/ui/terminal/width.ts"))}).then(({ glueQuoted, wrapLines }) => {
        console.log(wrapLines(glueQuoted("not logged in: run \`cowork auth login\`"), 20).join("|"), loaded);
        console.log(wrapLines("漢字 かな", 5).join("|"), loaded);
      });`,
  });
  expect(await output()).toBe("not logged in: run|`cowork auth login` false\n漢字|かな true\n");
});

test("a function of a library with `eval` may have a `require` of its own, as web-tree-sitter has", async () => {
  const library = `export async function load() {
      if (process.versions.node) {
        const { createRequire } = await import("module");
        var require = createRequire("/");
      }
      eval("0");
      return typeof require("node:fs").readFileSync;
    }`;
  const { output } = await built({
    "library.ts": library,
    "main.ts": 'void import("./library.ts").then(async ({ load }) => console.log(await load()));',
  });
  expect(await output()).toBe("function\n");
});

test("the program is ASCII, because Node needs twice the memory and time for anything else", async () => {
  const { output } = await built({ "main.ts": 'console.log("é", "…".length, /[^\\u0000-ÿ]/.test("😀"));' });
  expect(await output()).toBe("é 1 true\n");
});
