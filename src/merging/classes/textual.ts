import type { FileEntities } from "./entities.ts";
import { diffLines, type Lines, type Region } from "./lines.ts";
import type { TextualClass, TextualConflict } from "./types.ts";

/** A version of a conflicted file; without a grammar it has lines only. */
export interface TextVersion {
  text: string;
  entities?: FileEntities;
}

/** The lines that each side changed in one conflict, and what it has in their place. */
interface Conflict {
  ours: Region;
  theirs: Region;
}

/** From the one that needs most thought to the one that needs least. */
const order: readonly TextualClass[] = ["same entity", "neighbouring entities", "imports", "whitespace"];

/** Says what the conflicts of a file are in: the worst of them, and the names of all. */
export function classifyText(path: string, base: TextVersion, ours: TextVersion, theirs: TextVersion): TextualConflict {
  const split = ({ text, entities }: TextVersion): Side => ({ lines: text.split("\n"), entities });
  const [b, o, t] = [split(base), split(ours), split(theirs)];
  const conflicts = findConflicts(diffLines(b.lines, o.lines), diffLines(b.lines, t.lines));
  const found = conflicts.map((conflict) => classifyConflict(conflict, b, o, t));
  const classes = new Set(found.map((one) => one.class));
  const worst = order.find((one) => classes.has(one));
  // Nothing is known of one of them, so it can be worse.
  const known = worst === "same entity" || !classes.has(undefined) ? worst : undefined;
  const names = [...new Set(found.flatMap((one) => one.names))].toSorted();
  return { path, names, ...(known !== undefined && { class: known }) };
}

/** Where changes of both sides overlap or touch, as git's merge sees them. */
function findConflicts(ours: readonly Region[], theirs: readonly Region[]): Conflict[] {
  const all = [...ours.map((region) => ({ region, mine: true })), ...theirs.map((region) => ({ region, mine: false }))];
  const groups: { end: number; ours: Region[]; theirs: Region[] }[] = [];
  for (const { region, mine } of all.toSorted((x, y) => x.region.base.start - y.region.base.start)) {
    const last = groups.at(-1);
    const group = last !== undefined && region.base.start <= last.end ? last : { end: 0, ours: [], theirs: [] };
    if (group !== last) groups.push(group);
    group.end = Math.max(group.end, region.base.end);
    (mine ? group.ours : group.theirs).push(region);
  }
  const both = groups.filter((group) => group.ours.length > 0 && group.theirs.length > 0);
  return both.map((group) => ({ ours: join(group.ours), theirs: join(group.theirs) }));
}

const join = (regions: readonly Region[]): Region => ({
  base: span(regions.map(({ base }) => base)),
  side: span(regions.map(({ side }) => side)),
});

const span = (parts: readonly Lines[]): Lines => ({
  start: Math.min(...parts.map(({ start }) => start)),
  end: Math.max(...parts.map(({ end }) => end)),
});

interface Side {
  lines: string[];
  entities: FileEntities | undefined;
}

function classifyConflict(
  { ours, theirs }: Conflict,
  base: Side,
  mine: Side,
  other: Side,
): { class: TextualClass | undefined; names: string[] } {
  const [inOurs, inTheirs] = [squeeze(mine, ours.side), squeeze(other, theirs.side)];
  const isSpace = inOurs === inTheirs || inOurs === squeeze(base, ours.base) || inTheirs === squeeze(base, theirs.base);
  const imports =
    [ours, theirs].every((region) => inImports(base, region.base)) &&
    inImports(mine, ours.side) &&
    inImports(other, theirs.side);
  if (imports) return { class: isSpace ? "whitespace" : "imports", names: [] };
  const byOurs = innermost([...touched(mine, ours.side), ...touched(base, ours.base)]);
  const byTheirs = innermost([...touched(other, theirs.side), ...touched(base, theirs.base)]);
  const same = byOurs.filter((name) => byTheirs.includes(name));
  const names = same.length > 0 ? same : [...byOurs, ...byTheirs];
  if (isSpace) return { class: "whitespace", names };
  if (same.length > 0) return { class: "same entity", names };
  const isBoth = byOurs.length > 0 && byTheirs.length > 0;
  return { class: isBoth ? "neighbouring entities" : undefined, names };
}

const squeeze = ({ lines }: Side, { start, end }: Lines): string =>
  lines.slice(start, end).join("\n").replaceAll(/\s+/g, "");

function touched({ entities: file }: Side, { start, end }: Lines): string[] {
  const found = [...(file?.entities.values() ?? [])].filter(({ lines }) =>
    lines.some(([first, last]) => first < end && last >= start && end > start),
  );
  return found.map(({ key }) => key);
}

/** Without those that others are in: a method, not its class. */
const innermost = (keys: readonly string[]): string[] => [
  ...new Set(keys.filter((key) => !keys.some((inner) => inner.startsWith(`${key}.`)))),
];

/** Also true of no lines at all: the side has removed them. */
function inImports({ entities: file }: Side, { start, end }: Lines): boolean {
  if (file === undefined) return false;
  for (let line = start; line < end; line += 1) {
    if (!file.imports.some(([first, last]) => first <= line && line <= last)) return false;
  }
  return true;
}
