/** One version of a file. */
export interface FileVersion {
  /** git's id of the content */
  oid: string;
  /** undefined: binary, not UTF-8, a link or submodule, or larger than what is compared */
  text(): Promise<string | undefined>;
}

/** The sessions that the two sides are of, by any name that tells them apart. */
export interface Owners {
  ours: string;
  theirs: string;
}

/** A file that one side or both changed since their merge base; a version is absent where the file does not exist. */
export interface ChangedFile {
  path: string;
  base?: FileVersion;
  ours?: FileVersion;
  theirs?: FileVersion;
  /** git's conflict, if there is one */
  conflict?: string;
}

/** What kind of conflict git found, as far as names tell. */
export type TextualClass = "same entity" | "neighbouring entities" | "imports" | "whitespace" | "lockfile";

export interface TextualConflict {
  path: string;
  /** undefined if its language has no grammar, or the conflict is outside of entities */
  class?: TextualClass;
  /** the entities that the conflict touches, such as `Session.start` */
  names: string[];
}

/**
 * R1: both sides changed the entity. R2: one removed it or changed its signature, the other uses it where it did not. R3: one changed
 * its body, the other uses it where it did not. R4: both added it, differently. R5: both changed something, and one of these uses the other.
 */
export type Signal = "R1" | "R2" | "R3" | "R4" | "R5";

/** A sign of a collision in what git merges by itself. */
export interface Sign {
  signal: Signal;
  class: "structural" | "semantic";
  /** false: possible, the names say no more */
  certain: boolean;
  /** the entity that was changed, and its file */
  name: string;
  path: string;
  changedBy: "ours" | "theirs" | "both";
  /** where the other side uses it; the key is empty outside of entities */
  usedIn?: { path: string; key: string };
}

export interface Classification {
  /** the worst; `none` says that names show no collision, not that there is none */
  class: "textual" | "structural" | "semantic" | "none";
  textual: TextualConflict[];
  signs: Sign[];
  /** files that both sides changed */
  sameFile: string[];
  /** files that names were not looked for in */
  unjudged: { path: string; why: string }[];
  /** another look at the same files may find more */
  isPartial: boolean;
  /** why no names were looked for at all */
  note?: string;
}
