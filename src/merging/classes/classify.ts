import { createClassifier } from "./classifier.ts";
import type { ChangedFile, Sign, TextualConflict } from "./types.ts";
import type { ConflictClass, ConflictKind, ConflictPath } from "../../contract/merging/conflicts.ts";

/** A changed file with git's kind of conflict, if there is one. */
export interface CandidateFile extends ChangedFile {
  conflict?: ConflictKind;
}

export interface Pair {
  /** names of the two sides: what their files take is counted by them */
  a: string;
  b: string;
  /** git finds a conflict: the class is `textual`, whatever the names say */
  isTextual: boolean;
}

export interface Classified {
  class: Exclude<ConflictClass, "unknown">;
  paths: ConflictPath[];
  /** another look may find more: not to be kept */
  isPartial?: boolean;
}

/** Judges one pair after the other. */
export interface Classify {
  /**
   * Gives a pair its class, and the names that collide in each path.
   * @param pair what git says
   * @param files all files that either side changed; those with `conflict` come first. Untrusted content
   */
  (pair: Pair, files: readonly CandidateFile[]): Promise<Classified>;
  /** Loads what files at these paths are parsed with: that takes a while, and need not wait for the files. */
  prepare?(paths: readonly string[]): Promise<void>;
  /** why names could not be looked for; such results are worth nothing later */
  note?: string;
}

/** Names that are listed for one path, and signs that are for one pair. */
const [mostNames, mostSigns] = [20, 100];

/** One for all pairs of a command: what was parsed once is kept. */
export function createClassify(): Classify {
  const classifier = createClassifier();
  const classify: Classify = async (pair, files) => {
    const {
      class: found,
      textual,
      signs,
      isPartial,
      note,
    } = await classifier.classify(files, { ours: pair.a, theirs: pair.b });
    if (note !== undefined) classify.note = note;
    const kinds = new Map(files.map(({ path, conflict }) => [path, conflict]));
    const inConflict = textual.map((one) => textualPath(one, kinds.get(one.path) ?? "content"));
    const worst = found === "none" || found === "textual" ? "clean" : found;
    return {
      class: pair.isTextual ? "textual" : worst,
      paths: [...inConflict, ...signs.slice(0, mostSigns).map((sign) => signPath(sign))],
      ...(isPartial && { isPartial }),
    };
  };
  classify.prepare = async (paths) => await classifier.prepare(paths);
  return classify;
}

function textualPath({ path, class: within, names }: TextualConflict, kind: ConflictKind): ConflictPath {
  if (within === "lockfile") return { path, kind: "lock file", entities: [] };
  const isContent = kind === "content" || kind === "add/add";
  return { path, kind, entities: names.slice(0, mostNames), ...(isContent && within !== undefined && { within }) };
}

function signPath({ path, name, signal, certain, usedIn }: Sign): ConflictPath {
  const where = usedIn && { usedIn: { path: usedIn.path, name: usedIn.key } };
  return { path, kind: "names", entities: [name], signal, certain, ...where };
}

/** Changes when the same files may get another class: results of another version are not used. */
export const classifierVersion = 3;
