import type { ConflictClass, ConflictKind, ConflictPath } from "../../contract/merging/conflicts.ts";

/** A version of a file. Its text is read when it is asked for, once. */
export interface FileVersion {
  oid: string;
  /** undefined: binary, not UTF-8, a link or submodule, or more than 1 MiB */
  text(): Promise<string | undefined>;
}

/** A file that one side or both changed since their merge base; a version is absent where the file does not exist. */
export interface CandidateFile {
  path: string;
  base?: FileVersion;
  ours?: FileVersion;
  theirs?: FileVersion;
  /** git's conflict, if there is one */
  conflict?: ConflictKind;
}

export interface Pair {
  /** names for messages only */
  a: string;
  b: string;
  /** git finds a conflict: the class is `textual`, whatever the names say */
  isTextual: boolean;
}

export interface Classified {
  class: Exclude<ConflictClass, "unknown">;
  paths: ConflictPath[];
}

/**
 * Gives a pair its class, and the names that collide in each path.
 * @param pair what git says
 * @param files all files that either side changed; those with `conflict` come first. Untrusted content
 */
export type Classify = (pair: Pair, files: readonly CandidateFile[]) => Promise<Classified>;

/** One for all pairs of a command. Git alone tells the class here. */
export function createClassify(): Classify {
  return async (pair, files) => {
    const paths = files.flatMap(({ path, conflict }): ConflictPath[] =>
      conflict === undefined ? [] : [{ path, kind: conflict, entities: [] }],
    );
    return await Promise.resolve({ class: pair.isTextual ? "textual" : "clean", paths });
  };
}

/** Changes when the same files may get another class: results of another version are not used. */
export const classifierVersion = 1;
