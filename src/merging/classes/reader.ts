import { toEntities, type FileEntities } from "./entities.ts";
import type { Grammars } from "./grammars.ts";
import { languageOf } from "./languages.ts";
import { readSyntax } from "./syntax.ts";
import type { FileVersion } from "./types.ts";

export interface Limits {
  /** characters of a file */
  size: number;
  /** for one version of a file */
  msPerFile: number;
  /** for all that one reader parses */
  msTotal: number;
}

/** A version of a file: its entities, or why it has none. */
export type Read = { entities: FileEntities } | { why: string };

export interface Reader {
  read(path: string, version: FileVersion): Promise<Read>;
  /** why no file can be read any more */
  readonly problem: string | undefined;
}

/** Reads the entities of files, each content once. */
export function createReader(grammars: Grammars, limits: Limits): Reader {
  const known = new Map<string, Promise<Read>>();
  let spent = 0;
  let broken: string | undefined;
  const parse = async (path: string, version: FileVersion): Promise<Read> => {
    const language = languageOf(path);
    if (language === undefined) return { why: "its language has no grammar" };
    const text = await version.text();
    if (text === undefined) return { why: "it is no text, or too large" };
    if (text.length > limits.size) return { why: `it has more than ${limits.size} characters` };
    const grammar = await grammars.load(language);
    if (grammar === undefined || broken !== undefined) return { why: "its grammar cannot be used" };
    if (spent > limits.msTotal) return { why: "the other files took too long" };
    const start = performance.now();
    try {
      const syntax = readSyntax(grammar, text, limits.msPerFile, () => performance.now());
      return syntax === undefined ? { why: "parsing it took too long" } : { entities: toEntities(text, syntax) };
    } catch (error) {
      // The parsers share their memory, and nothing is known of it now.
      broken = `the parser failed on ${path}: ${error instanceof Error ? error.message : String(error)}`;
      return { why: "the parser failed on it" };
    } finally {
      spent += performance.now() - start;
    }
  };
  return {
    read: async (path, version) => {
      const id = `${languageOf(path) ?? ""} ${version.oid}`;
      const reading = known.get(id) ?? parse(path, version);
      known.set(id, reading);
      return await reading;
    },
    get problem() {
      return grammars.problem ?? broken;
    },
  };
}
