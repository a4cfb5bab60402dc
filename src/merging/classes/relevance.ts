import { createBudget, type BudgetLimits } from "./budget.ts";
import { isCommon } from "./common-names.ts";
import { cpuMs } from "./cpu-time.ts";
import { diffLines, type Lines } from "./lines.ts";
import { isTest } from "./paths.ts";
import type { ChangedFile, FileVersion, Owners } from "./types.ts";

/** The names of a changed file, found without parsing it. */
interface Outline {
  /** of the contents that it is of */
  id: string;
  /** in changed lines, and in the lines above that they are indented below: that is where the names of changed functions are */
  changed: ReadonlySet<string>;
  all: ReadonlySet<string>;
}

export interface Relevant {
  files: ChangedFile[];
  /** those that there was no time for */
  late: ChangedFile[];
}

/** @param owners the sessions whose time the files of each side take */
export type FindRelevant = (files: readonly ChangedFile[], owners: Owners) => Promise<Relevant>;

/**
 * Parsing takes by far the longest, so only files are parsed that can collide: those that both sides changed, and those in which one
 * side changed what may have a name that a file of the other has.
 */
export function createRelevance(limits: BudgetLimits): FindRelevant {
  const known = new Map<string, Outline>();
  const budget = createBudget(limits);
  const outlineOf = async (
    base: FileVersion | undefined,
    side: FileVersion | undefined,
    owner: string,
  ): Promise<Outline | undefined> => {
    const id = `${base?.oid ?? ""} ${side?.oid ?? ""}`;
    const old = known.get(id);
    if (old !== undefined || budget.isSpent(owner)) return old;
    const [before, after] = [(await base?.text()) ?? "", (await side?.text()) ?? ""];
    const start = cpuMs();
    const outline = { id, ...readOutline(before, after) };
    budget.spend(owner, cpuMs() - start);
    known.set(id, outline);
    return outline;
  };
  const indexed = new Map<string, ReadonlyMap<string, string[]>>();
  const indexOf = (side: Outlines): ReadonlyMap<string, string[]> => {
    const id = [...side].map(([path, outline]) => `${path} ${outline.id}`).join("\0");
    const index = indexed.get(id) ?? pathsByName(side);
    indexed.set(id, index);
    return index;
  };
  return async (files, owners) => {
    const outlines = { ours: new Map<string, Outline>(), theirs: new Map<string, Outline>() };
    const late = new Set<ChangedFile>();
    for (const file of files) {
      for (const side of ["ours", "theirs"] as const) {
        if (file.base?.oid === file[side]?.oid) continue;
        const outline = await outlineOf(file.base, file[side], owners[side]);
        if (outline === undefined) late.add(file);
        else outlines[side].set(file.path, outline);
      }
    }
    const { ours, theirs } = outlines;
    const relevant = new Set([
      ...[...ours.keys()].filter((path) => theirs.has(path)),
      ...sharingNames(ours, indexOf(theirs)),
      ...sharingNames(theirs, indexOf(ours)),
    ]);
    return { files: files.filter(({ path }) => relevant.has(path)), late: [...late] };
  };
}

/** The outlines of the files that one side changed, by path. */
type Outlines = ReadonlyMap<string, Outline>;

/** A name that more changed files have is a common one in this project. */
const mostUsers = 12;

/** The files with a changed name that a file of the other side has, and the latter. */
function sharingNames(side: Outlines, others: ReadonlyMap<string, string[]>): string[] {
  return [...side].flatMap(([path, { changed }]) => {
    if (isTest(path)) return [];
    const users = [...changed].flatMap((name) => {
      const found = (others.get(name) ?? []).filter((user) => user !== path);
      return found.length <= mostUsers ? found : [];
    });
    return users.length === 0 ? [] : [path, ...users];
  });
}

function pathsByName(side: Outlines): Map<string, string[]> {
  const paths = new Map<string, string[]>();
  for (const [path, { all }] of side) {
    for (const name of all) {
      const known = paths.get(name);
      if (known === undefined) paths.set(name, [path]);
      else known.push(path);
    }
  }
  return paths;
}

function readOutline(before: string, after: string): Omit<Outline, "id"> {
  const [was, now] = [before.split("\n"), after.split("\n")];
  const changed = new Set<string>();
  for (const region of diffLines(was, now).slice(0, maxRegions)) {
    for (const lines of [linesAround(was, region.base), linesAround(now, region.side)])
      addNames(changed, lines.join("\n").replaceAll(/"[^"\n]*"/g, ""));
  }
  const all = new Set<string>();
  addNames(all, after);
  return { changed, all };
}

const maxRegions = 500;

/** Some lines, and those above that they are indented below. */
function linesAround(lines: readonly string[], { start, end }: Lines): string[] {
  const own = lines.slice(start, end);
  let indent = Math.min(...[...own, lines[start] ?? ""].filter((line) => line.trim() !== "").map(indentOf), maxIndent);
  const above: string[] = [];
  // A line such as `) {` ends what begins at the same indent further up.
  let goesOn = false;
  for (let at = start - 1; at >= Math.max(0, start - mostAbove) && (indent > 0 || goesOn); at -= 1) {
    const line = lines[at] ?? "";
    if (line.trim() === "" || indentOf(line) > indent || (indentOf(line) === indent && !goesOn)) continue;
    above.push(line);
    indent = indentOf(line);
    goesOn = /^\s*[)\]}{]/.test(line);
  }
  return [...own, ...above];
}

const maxIndent = 1000;
/** A function is rarely longer. */
const mostAbove = 3_000;
const indentOf = (line: string): number => line.length - line.trimStart().length;

function addNames(names: Set<string>, text: string): void {
  for (const [name] of text.matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu))
    if (!isCommon(name) && !names.has(name)) names.add(name);
}
