import { createBudget } from "./budget.ts";
import { cpuMs } from "./cpu-time.ts";
import { toEntities, type FileEntities } from "./entities.ts";
import type { Grammars } from "./grammars.ts";
import { languageOf } from "./languages.ts";
import { isGenerated } from "./paths.ts";
import { readSyntax } from "./syntax.ts";
import type { FileVersion } from "./types.ts";

export interface Limits {
  /** characters of a file */
  size: number;
  /** of the processor's time, for one version of a file */
  msPerFile: number;
  /** for all of one session */
  msEach: number;
  /** for all that one reader parses */
  msTotal: number;
}

/** A version of a file: its entities, or why it has none. */
export type Read = { entities: FileEntities } | { why: string };

/** Another look may get to it. */
export const tooLate = "the other files took too long";
export const generated = "a tool writes it";

export interface Reader {
  /** @param owner the session whose time it takes */
  read(path: string, version: FileVersion, owner: string): Promise<Read>;
  /** why no file can be read any more */
  readonly problem: string | undefined;
}

/** Reads the entities of files, each content once. */
export function createReader(grammars: Grammars, limits: Limits): Reader {
  const known = new Map<string, Promise<Read>>();
  const budget = createBudget({ each: limits.msEach, total: limits.msTotal });
  let broken: string | undefined;
  const parse = async (path: string, version: FileVersion, owner: string): Promise<Read> => {
    const language = languageOf(path);
    if (language === undefined) return { why: "its language has no grammar" };
    const text = await version.text();
    if (text === undefined) return { why: "it is not a text, or too large" };
    if (text.length > limits.size) return { why: `it has more than ${limits.size} characters` };
    if (isGenerated(path, text)) return { why: generated };
    const grammar = await grammars.load(language);
    if (grammar === undefined || broken !== undefined) return { why: "its grammar cannot be used" };
    if (budget.isSpent(owner)) return { why: tooLate };
    const start = cpuMs();
    try {
      const syntax = readSyntax(grammar, text, limits.msPerFile, cpuMs);
      return syntax === undefined ? { why: "parsing it took too long" } : { entities: toEntities(text, syntax) };
    } catch (error) {
      // The parsers share their memory, and nothing is known of it now.
      broken = `the parser failed on ${path}: ${error instanceof Error ? error.message : String(error)}`;
      return { why: "the parser failed on it" };
    } finally {
      budget.spend(owner, cpuMs() - start);
    }
  };
  return {
    read: async (path, version, owner) => {
      const id = `${languageOf(path) ?? ""} ${version.oid}`;
      const reading = known.get(id) ?? parse(path, version, owner);
      known.set(id, reading);
      const read = await reading;
      // Another session may have time for it.
      if ("why" in read && read.why === tooLate) known.delete(id);
      return read;
    },
    get problem() {
      return grammars.problem ?? broken;
    },
  };
}
