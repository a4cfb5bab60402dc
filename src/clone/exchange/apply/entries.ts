import { plain } from "../../../system/text.ts";

/** A file as git's trees and its index have it: mode and object id, e.g. `100644 1a2b…`. Undefined: there is no such file. */
export type Entry = string | undefined;

/** A changed path. Paths are bytes, kept one to a character (latin1), because they need not be UTF-8. */
export interface Change {
  path: string;
  from: Entry;
  to: Entry;
  /** git's letter; `U`: in conflict */
  status: string;
}

/** Parses `git diff-tree -r -z --raw --no-abbrev --no-renames`, and the same of `diff-index`. */
export function readChanges(raw: Uint8Array): Change[] {
  const parts = Buffer.from(raw).toString("latin1").split("\0");
  const changes: Change[] = [];
  for (let n = 0; n + 1 < parts.length; n += 2) {
    const [, fromMode = "", toMode = "", from = "", to = "", status = ""] =
      /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])/.exec(parts[n] ?? "") ?? [];
    const path = parts[n + 1] ?? "";
    changes.push({ path, from: asEntry(fromMode, from), to: asEntry(toMode, to), status });
  }
  return changes;
}

function asEntry(mode: string, oid: string): Entry {
  return mode === "000000" ? undefined : `${mode} ${oid}`;
}

/** Input for `git update-index -z --index-info`. Removals come first: a file may make room for a folder. */
export function indexInfo(entries: Iterable<readonly [path: string, entry: Entry]>, idLength: number): Buffer {
  const all = [...entries].toSorted(([, a], [, b]) => Number(a !== undefined) - Number(b !== undefined));
  const lines = all.map(([path, one]) => `${one ?? `0 ${"0".repeat(idLength)}`}\t${path}\0`);
  return Buffer.from(lines.join(""), "latin1");
}

export function isSubmodule(entry: Entry): boolean {
  return entry?.startsWith("160000") === true;
}

/** A path as it can be shown. */
export function shownPath(path: string): string {
  return plain(Buffer.from(path, "latin1").toString("utf8"));
}
