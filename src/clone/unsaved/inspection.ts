import type { TreeEntry } from "../../contract/saved.ts";
import { plain } from "../../system/text.ts";
import type { BlockedPath } from "../types.ts";

/** A repository as the script inside found it: its output, section by section. */
export interface Place {
  kind: "main" | "submodule" | "worktree" | "module";
  path: string;
  gitDir: string;
  sections: Map<string, Section>;
}

export interface Section {
  text: string;
  /** undefined: the section has content without running a program */
  code: number | undefined;
  stderr: string;
}

/**
 * Parses the output of `inspectScript`. The nonce separates the script's own lines from anything a repository contains.
 * @returns undefined if the end is missing: then the output is incomplete and none of it counts
 */
export function parseInspection(stdout: string, nonce: string): Place[] | undefined {
  const parts = stdout.split(`\0${nonce} `);
  const places: Place[] = [];
  let last: Section | undefined;
  let ended = false;
  for (const part of parts.slice(1)) {
    const end = part.indexOf("\0");
    const name = part.slice(0, end);
    const text = part.slice(end + 1);
    if (name === "end") ended = true;
    else if (name.startsWith("place "))
      places.push({ kind: name.slice(6) as Place["kind"], path: text, gitDir: "", sections: new Map() });
    else if (name.startsWith("=") && last !== undefined)
      [last.code, last.stderr] = [Number.parseInt(name.slice(1), 10), text];
    else if (name === "gitdir") setGitDir(places, text);
    else places.at(-1)?.sections.set(name, (last = { text, code: undefined, stderr: "" }));
  }
  return ended && places.length > 0 ? places : undefined;
}

function setGitDir(places: Place[], gitDir: string): void {
  const place = places.at(-1);
  if (place !== undefined) place.gitDir = gitDir;
}

export interface StatusEntry {
  kind: "changed" | "conflicted" | "untracked";
  path: string;
  /** `N...` or, for a submodule, `S` and what is changed in it: commit, modified files, untracked files */
  submodule: string;
}

export interface Status {
  entries: StatusEntry[];
  /** lines that could not be parsed: something is there that cannot be judged */
  strange: string[];
}

/** `git status --porcelain=v2 -z` without renames. */
export function parseStatus(text: string): Status {
  const status: Status = { entries: [], strange: [] };
  for (const line of text.split("\0")) {
    if (line === "" || line.startsWith("# ")) continue;
    const changed = /^1 \S{2} (\S{4}) \S+ \S+ \S+ \S+ \S+ (.+)$/s.exec(line);
    const conflicted = /^u \S{2} (\S{4}) \S+ \S+ \S+ \S+ \S+ \S+ \S+ (.+)$/s.exec(line);
    if (changed) status.entries.push({ kind: "changed", submodule: changed[1] ?? "", path: changed[2] ?? "" });
    else if (conflicted)
      status.entries.push({ kind: "conflicted", submodule: conflicted[1] ?? "", path: conflicted[2] ?? "" });
    else if (line.startsWith("? ")) status.entries.push({ kind: "untracked", submodule: "N...", path: line.slice(2) });
    else status.strange.push(line);
  }
  return status;
}

/** A path's entry in a tree: git's mode (`000000`: nothing) and object id. */
export type { TreeEntry };

/** `git diff-index --raw -z --no-renames`: the second side's entry of each changed path. */
export function parseRawDiff(text: string): Map<string, TreeEntry> {
  const parts = text.split("\0");
  const changes = new Map<string, TreeEntry>();
  for (let n = 0; n + 1 < parts.length; n += 2) {
    const [, mode, oid] = /^:\d{6} (\d{6}) [0-9a-f]+ ([0-9a-f]+) [A-Z]\d*$/.exec(parts[n] ?? "") ?? [];
    if (mode !== undefined && oid !== undefined) changes.set(parts[n + 1] ?? "", { mode, oid });
  }
  return changes;
}

/** Output of `blocked` in the script inside: `own` or `other`, a space, the absolute path. */
export function parseBlocked(text: string): BlockedPath[] {
  return text.split("\0").flatMap((record) => {
    const [, whose, path] = /^(own|other) (\/.*)$/s.exec(record) ?? [];
    return path === undefined ? [] : [{ path, shown: path, isOwn: whose === "own" }];
  });
}

/** Commit ids in lines of `name id`, from files that git writes during an operation. */
export function parsePending(text: string): { name: string; oid: string }[] {
  const found = text.split("\n").map((line) => /^(\S+) ([0-9a-f]{40}|[0-9a-f]{64})\b/.exec(line));
  return found.flatMap((match) =>
    match?.[1] !== undefined && match[2] !== undefined ? [{ name: match[1], oid: match[2] }] : [],
  );
}

/** `rev-list --parents`: each commit with its parents. */
export function parseGraph(text: string): Map<string, string[]> {
  const lines = text.split("\n").filter((line) => /^[0-9a-f]{40,64}( [0-9a-f]{40,64})*$/.test(line));
  return new Map(lines.map((line) => line.split(" ")).map(([oid = "", ...parents]) => [oid, parents]));
}

/** The lines of a section; none if it is missing. */
export function placeLines(place: Place, name: string): string[] {
  return (place.sections.get(name)?.text ?? "").split("\n").filter((line) => line !== "");
}

/** Why a section failed, in one short line. */
export function describeFailure(name: string, stderr: string): string {
  return plain(`${name}: ${stderr.trim().split("\n").at(-1) || "failed"}`).slice(0, 300);
}
