import { isCommon } from "./common-names.ts";
import { cpuMs } from "./cpu-time.ts";
import { diffLines, type Lines } from "./lines.ts";
import { isTest } from "./paths.ts";
import type { ChangedFile, FileVersion } from "./types.ts";

/** The names of a changed file, found without parsing it. */
interface Outline {
  /** in changed lines, and in the lines above that they are indented below: that is where the names of changed functions are */
  changed: ReadonlySet<string>;
  all: ReadonlySet<string>;
}

export interface Relevant {
  files: ChangedFile[];
  /** those that there was no time for */
  late: ChangedFile[];
}

export type FindRelevant = (files: readonly ChangedFile[]) => Promise<Relevant>;

/**
 * Parsing takes by far the longest, so only files are parsed that can collide: those that both sides changed, and those in which one
 * side changed what may have a name that a file of the other has.
 * @param limitMs of the processor's time
 */
export function createRelevance(limitMs: number): FindRelevant {
  const known = new Map<string, Outline>();
  let spent = 0;
  const outlineOf = async (
    base: FileVersion | undefined,
    side: FileVersion | undefined,
  ): Promise<Outline | undefined> => {
    const id = `${base?.oid ?? ""} ${side?.oid ?? ""}`;
    const old = known.get(id);
    if (old !== undefined || spent > limitMs) return old;
    const [before, after] = [(await base?.text()) ?? "", (await side?.text()) ?? ""];
    const start = cpuMs();
    const outline = readOutline(before, after);
    spent += cpuMs() - start;
    known.set(id, outline);
    return outline;
  };
  return async (files) => {
    const outlines = { ours: new Map<ChangedFile, Outline>(), theirs: new Map<ChangedFile, Outline>() };
    const late = new Set<ChangedFile>();
    for (const file of files) {
      for (const side of ["ours", "theirs"] as const) {
        if (file.base?.oid === file[side]?.oid) continue;
        const outline = await outlineOf(file.base, file[side]);
        if (outline === undefined) late.add(file);
        else outlines[side].set(file, outline);
      }
    }
    const { ours, theirs } = outlines;
    const relevant = new Set([...ours.keys()].filter((file) => theirs.has(file)));
    for (const [one, other] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      const users = byName(other);
      for (const [file, { changed }] of one) {
        if (isTest(file.path)) continue;
        const using = [...changed].flatMap((name) => {
          const found = (users.get(name) ?? []).filter((user) => user !== file);
          return found.length <= mostUsers ? found : [];
        });
        if (using.length > 0) for (const each of [file, ...using]) relevant.add(each);
      }
    }
    return { files: files.filter((file) => relevant.has(file)), late: [...late] };
  };
}

/** A name that more changed files have is a common one in this project. */
const mostUsers = 12;

function byName(outlines: ReadonlyMap<ChangedFile, Outline>): Map<string, ChangedFile[]> {
  const files = new Map<string, ChangedFile[]>();
  for (const [file, { all }] of outlines) {
    for (const name of all) {
      const known = files.get(name);
      if (known === undefined) files.set(name, [file]);
      else known.push(file);
    }
  }
  return files;
}

function readOutline(before: string, after: string): Outline {
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
