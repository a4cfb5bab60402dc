import type { Entity, FileEntities } from "./entities.ts";
import { languageOf, type Language } from "./languages.ts";

/** The entities of the files that were changed, by path. A file that does not exist on a side is not in its map. */
export type Files = ReadonlyMap<string, FileEntities>;

export interface Change {
  path: string;
  key: string;
  /** `signature`: a call that was right before can be wrong now */
  kind: "added" | "removed" | "signature" | "body";
  was?: Entity;
  now?: Entity;
}

export interface Use {
  path: string;
  key: string;
}

export interface Moved {
  key: string;
  was: Entity;
  from: string;
  to: string;
}

/** What one side did since the base. */
export interface SideChanges {
  files: Files;
  /** by `idOf` */
  changes: ReadonlyMap<string, Change>;
  /** what is in another file now, where a file is a module: who imports it from the old one finds nothing */
  moved: readonly Moved[];
  /** where the side uses a name that it did not use there before, by name */
  newUses: ReadonlyMap<string, Use[]>;
}

/** More uses of one name are not kept. */
export const mostUses = 200;

export const idOf = (path: string, key: string): string => `${path}\0${key}`;

/** Compares the entities of one side with those of the base. An entity that is in another file now is the same entity. */
export function changesOf(base: Files, side: Files): SideChanges {
  const changes = new Map<string, Change>();
  const pairs = pairUp(base, side);
  for (const { path, was, now } of pairs) {
    const kind = kindOf(was, now);
    const key = (was ?? now)?.key ?? "";
    if (kind !== undefined) changes.set(idOf(path, key), { path, key, kind, ...(was && { was }), ...(now && { now }) });
  }
  return {
    files: side,
    changes,
    moved: pairs.flatMap((pair) => movedIn(pair, side)),
    newUses: findNewUses(base, side, pairs),
  };
}

/** Elsewhere files of a folder or of a package share their names, or any file may be included. */
const fileModules: ReadonlySet<Language | undefined> = new Set(["javascript", "typescript", "tsx", "python", "rust"]);

/** Only what others can import: a member moves with its class. */
function movedIn({ path, to, was, now }: Pair, side: Files): Moved[] {
  if (to === undefined || was === undefined || now === undefined || was.key !== was.name) return [];
  // The old file may pass it on.
  if (side.get(path)?.top.uses.has(was.name) === true) return [];
  return fileModules.has(languageOf(path)) ? [{ key: was.key, was, from: path, to }] : [];
}

interface Pair {
  /** that of the base, if it was there */
  path: string;
  /** where it is now, if that is another file */
  to?: string;
  was: Entity | undefined;
  now: Entity | undefined;
}

function pairUp(base: Files, side: Files): Pair[] {
  const all = [...new Set([...base.keys(), ...side.keys()])].flatMap((path) =>
    pairsOf(path, base.get(path), side.get(path)),
  );
  const removed = new Map(all.filter(({ now }) => now === undefined).map((pair) => [pair.was?.key, pair]));
  const moved = new Map<Pair, Pair>();
  for (const pair of all) {
    const origin = pair.was === undefined ? removed.get(pair.now?.key) : undefined;
    if (origin === undefined) continue;
    moved.set(pair, { ...origin, to: pair.path, now: pair.now });
    removed.delete(pair.now?.key);
  }
  const gone = new Set(removed.values());
  return all.filter((pair) => pair.now !== undefined || gone.has(pair)).map((pair) => moved.get(pair) ?? pair);
}

function pairsOf(path: string, before: FileEntities | undefined, after: FileEntities | undefined): Pair[] {
  const keys = new Set([...(before?.entities.keys() ?? []), ...(after?.entities.keys() ?? [])]);
  const pairs = [...keys].map((key) => ({ path, was: before?.entities.get(key), now: after?.entities.get(key) }));
  // Where the parser lost its way, an entity that is not found may be there.
  const isLost = after?.broken === true && before?.broken !== true;
  return isLost ? pairs.filter(({ now }) => now !== undefined) : pairs;
}

function kindOf(was: Entity | undefined, now: Entity | undefined): Change["kind"] | undefined {
  if (was === undefined) return "added";
  if (now === undefined) return "removed";
  const left = new Set(now.signatures);
  // Those of many overloads are not compared one by one.
  const others = now.signatures.length <= 20 ? now.signatures : [];
  const kept = was.signatures.every(
    (signature) => left.has(signature) || others.some((other) => isKept(signature, other)),
  );
  if (!kept && was.kind === "function") return "signature";
  const same = was.signatures.join("\n") === now.signatures.join("\n") && was.body === now.body;
  return same ? undefined : "body";
}

/** Calls that were right are right still: nothing is different, or parameters that may be left out were added. */
function isKept(was: string, now: string): boolean {
  if (was === now) return true;
  const [a, b] = [was.split(" "), now.split(" ")];
  let head = 0;
  while (head < a.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const added = b
    .slice(head, b.length - tail)
    .join(" ")
    .split(",")
    .filter((parameter) => parameter.trim() !== "");
  return head + tail === a.length && added.every((parameter) => /[=?]|\.{3}|\*/.test(parameter.replaceAll(" ", "")));
}

/** A name counts if the side uses it more often than the base, so that moving code does not. */
function findNewUses(base: Files, side: Files, pairs: readonly Pair[]): Map<string, Use[]> {
  const tops = [...side].map(([path, { top }]) => ({ path, was: base.get(path)?.top, now: top }));
  const found = new Map<string, Use[]>();
  for (const { path, was, now } of [...pairs, ...tops]) {
    for (const [name, count] of now?.uses ?? []) {
      if (count <= (was?.uses.get(name) ?? 0)) continue;
      const uses = found.get(name);
      if (uses === undefined) found.set(name, [{ path, key: now?.key ?? "" }]);
      else if (uses.length < mostUses) uses.push({ path, key: now?.key ?? "" });
    }
  }
  const before = countUses(base, found);
  const after = countUses(side, found);
  return new Map([...found].filter(([name]) => (after.get(name) ?? 0) > (before.get(name) ?? 0)));
}

function countUses(files: Files, names: ReadonlyMap<string, unknown>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { entities, top } of files.values()) {
    for (const { uses } of [...entities.values(), top]) {
      for (const [name, count] of uses) if (names.has(name)) counts.set(name, (counts.get(name) ?? 0) + count);
    }
  }
  return counts;
}
