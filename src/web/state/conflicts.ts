import type { ConflictClass, ConflictPair, JudgedSession } from "../../contract/merging/conflicts.ts";

/** The words and the colour of each class: never "safe". */
export const classWords: Record<ConflictClass, [text: string, tone: string]> = {
  textual: ["Textual", "bad"],
  structural: ["Structural", "waiting"],
  semantic: ["Semantic", "waiting"],
  clean: ["Clean", "good"],
  unknown: ["Not judged", ""],
};

/** What each class means, in a sentence. */
export const classMeaning: Record<ConflictClass, string> = {
  textual: "git finds a conflict.",
  structural: "git merges it clean, and both change the same function or class.",
  semantic: "git merges it clean, and one uses what the other changes.",
  clean: "git merges it clean, and there is no name-level sign of a collision. Tests may still fail.",
  unknown: "It could not be judged.",
};

/** A line of the matrix: a session, and its pairs with all that come after it. */
export interface MatrixRow {
  name: string;
  /** by column; undefined: the pair is in another line, or is none */
  cells: (ConflictPair | undefined)[];
}

export interface Matrix {
  columns: string[];
  rows: MatrixRow[];
}

/** Each pair once, above the diagonal. The project's branch is the last column, and no row. */
export function matrixOf(pairs: readonly ConflictPair[]): Matrix {
  const names = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const isBranch = (name: string): boolean => name.startsWith("project/");
  const order = [...names.filter((name) => !isBranch(name)), ...names.filter(isBranch)];
  const columns = order.slice(1);
  const find = (a: string, b: string): ConflictPair | undefined =>
    pairs.find((pair) => (pair.a === a && pair.b === b) || (pair.a === b && pair.b === a));
  const rows = order
    .filter((name) => !isBranch(name))
    .map((name, at) => ({ name, cells: columns.map((other, n) => (n < at ? undefined : find(name, other))) }));
  return { columns, rows };
}

/** `{id}@{host}` of a session as a pair names it; undefined: it is the project's branch. */
export function keyOfNamed(sessions: readonly JudgedSession[], label: string): string | undefined {
  const found = sessions.find(({ name, host }) => name === label || `${name}@${host}` === label);
  return found === undefined ? undefined : `${found.id}@${found.host}`;
}
