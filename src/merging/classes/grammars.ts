import type * as WebTreeSitter from "web-tree-sitter";
import { readAsset } from "../../assets.ts";
import { queries, type Language } from "./languages.ts";
import { parsePatterns, type Pattern } from "./patterns.ts";

type TreeSitter = typeof WebTreeSitter;

/** A parser that is ready for one language. Its memory is the runtime's, so it lives as long as the process. */
export interface Grammar {
  parser: InstanceType<TreeSitter["Parser"]>;
  /** finds the nodes that a pattern may begin at: the n-th of its patterns is for the n-th of `patterns` */
  query: InstanceType<TreeSitter["Query"]>;
  patterns: readonly (readonly Pattern[])[];
}

export interface Grammars {
  /** Undefined if the grammar is missing or damaged; the first reason is in `problem` from then on. */
  load(language: Language): Promise<Grammar | undefined>;
  problem: string | undefined;
}

export type ReadGrammar = (name: string) => Promise<Uint8Array>;

let ofProcess: Grammars | undefined;

/** Those that this process has loaded: they are never unloaded, so a process that looks again and again loads each once. */
export function sharedGrammars(): Grammars {
  if (ofProcess === undefined || ofProcess.problem !== undefined) ofProcess = createGrammars();
  return ofProcess;
}

/** Nothing is read before the first file of a language. */
export function createGrammars(read: ReadGrammar = readAsset): Grammars {
  const loaded = new Map<Language, Promise<Grammar | undefined>>();
  let runtime: Promise<TreeSitter> | undefined;
  const grammars: Grammars = {
    problem: undefined,
    load: async (language) => {
      const known = loaded.get(language);
      if (known !== undefined) return await known;
      const loading = (async () => {
        try {
          runtime ??= loadRuntime(read);
          const [library, wasm] = await Promise.all([runtime, unpacked(read, language)]);
          return await loadGrammar(library, wasm, language);
        } catch (error) {
          grammars.problem ??= error instanceof Error ? error.message : String(error);
          return undefined;
        }
      })();
      loaded.set(language, loading);
      return await loading;
    },
  };
  return grammars;
}

async function loadRuntime(read: ReadGrammar): Promise<TreeSitter> {
  const [library, wasmBinary] = await Promise.all([import("web-tree-sitter"), unpacked(read, "runtime")]);
  await library.Parser.init({ wasmBinary });
  return library;
}

async function loadGrammar(library: TreeSitter, wasm: Uint8Array, name: Language): Promise<Grammar> {
  const language = await library.Language.load(wasm);
  const parser = new library.Parser();
  parser.setLanguage(language);
  const byRoot = Map.groupBy(parsePatterns(queries[name]), ({ root }) => root.type);
  // Only the outer node of each is compiled: for whole patterns tree-sitter analyzes the grammar, which takes 90 ms for TypeScript and
  // 110 for C++ instead of 5 and 15, in every process.
  const roots = [...byRoot.keys()].map((type) => `(${type}) @node`).join("\n");
  return { parser, query: new library.Query(language, roots), patterns: [...byRoot.values()] };
}

async function unpacked(read: ReadGrammar, name: string): Promise<Uint8Array> {
  const [{ brotliDecompress }, { promisify }] = await Promise.all([import("node:zlib"), import("node:util")]);
  return await promisify(brotliDecompress)(await read(`grammars/${name}.wasm.br`));
}
