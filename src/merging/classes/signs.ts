import { idOf, mostUses, type Change, type Files, type SideChanges, type Use } from "./changes.ts";
import { isCommon } from "./common-names.ts";
import { selfUse } from "./tokens.ts";
import { isTest } from "./paths.ts";
import type { Sign } from "./types.ts";

export interface Sides {
  base: Files;
  ours: SideChanges;
  theirs: SideChanges;
}

/** Signs that two changes collide though git merges them: by names alone, so each can be wrong, and without one they still can. */
export function findSigns(sides: Sides): Sign[] {
  const { ours, theirs } = sides;
  const signs = [
    ...changedByBoth(sides),
    ...usedByOther(sides, "ours", ours, theirs),
    ...usedByOther(sides, "theirs", theirs, ours),
    ...importedByOther(sides, "ours", ours, theirs),
    ...importedByOther(sides, "theirs", theirs, ours),
  ];
  const seen = new Set<string>();
  return signs.filter(({ signal, name, path }) => {
    const id = `${signal} ${idOf(path, name)}`;
    return !seen.has(id) && seen.add(id);
  });
}

/** R1 and R4: the same function was changed, or a function of the same name was added, by both sides and differently. */
function* changedByBoth({ ours, theirs }: Sides): Generator<Sign> {
  const added = new Map<string, Change>();
  for (const [id, mine] of ours.changes) {
    if (mine.kind === "added") added.set(packageId(mine), mine);
    const other = theirs.changes.get(id);
    if (mine.kind === "added" || other === undefined || sameResult(mine, other)) continue;
    yield { signal: "R1", class: "structural", certain: true, name: mine.key, path: mine.path, changedBy: "both" };
  }
  for (const other of theirs.changes.values()) {
    const mine = other.kind === "added" ? added.get(packageId(other)) : undefined;
    if (mine === undefined || sameResult(mine, other)) continue;
    yield { signal: "R4", class: "structural", certain: true, name: mine.key, path: mine.path, changedBy: "both" };
  }
}

/** All files of a folder share their names in Go. */
const packageId = ({ path, key }: Change): string =>
  idOf(path.endsWith(".go") ? path.slice(0, path.lastIndexOf("/") + 1) : path, key);

function sameResult({ now: one }: Change, { now: other }: Change): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.body === other.body && one.signatures.join("\n") === other.signatures.join("\n");
}

/** R2, R3 and R5: one side changed what the other uses. */
function* usedByOther(
  { base }: Sides,
  changedBy: "ours" | "theirs",
  { changes }: SideChanges,
  user: SideChanges,
): Generator<Sign> {
  const definitions = countDefinitions(base);
  const definedByUser = new Set(
    [...user.changes.values()].filter(({ kind }) => kind === "added").map(({ now }) => now?.name),
  );
  const inChanges = usesInChanges(user);
  for (const { was, path, key, kind } of changes.values()) {
    if (was === undefined || isTest(path)) continue;
    const name = usedName(was.name, key);
    const count = definitions.get(name) ?? 0;
    const isTelling = !isCommon(name) && count <= mostDefinitions && !definedByUser.has(name);
    const find = (uses: ReadonlyMap<string, Use[]>, inTests: boolean): Use | undefined => {
      const others = (isTelling ? (uses.get(name) ?? []) : []).filter((use) => use.path !== path || use.key !== key);
      const beside = (uses.get(selfUse(name)) ?? []).filter((use) => use.key !== key && isBeside(use, path, key));
      return [...beside, ...others].find((use) => inTests || !isTest(use.path));
    };
    const sign = { class: "semantic", name: key, path, changedBy } as const;
    const breaks = kind === "removed" || kind === "signature";
    const fresh = find(user.newUses, breaks);
    if (fresh !== undefined) {
      const certain = breaks && (count === 1 || isBeside(fresh, path, key));
      yield { ...sign, signal: breaks ? "R2" : "R3", certain, usedIn: fresh };
      continue;
    }
    const changed = find(inChanges, false);
    if (changed !== undefined) yield { ...sign, signal: "R5", certain: false, usedIn: changed };
  }
}

/** R2 as well: one side moved what the other now imports from where it was. */
function* importedByOther(
  { base }: Sides,
  changedBy: "ours" | "theirs",
  { moved }: SideChanges,
  user: SideChanges,
): Generator<Sign> {
  const definitions = countDefinitions(base);
  for (const { key, was, from, to } of moved) {
    const count = definitions.get(was.name) ?? 0;
    if (isTest(from) || isCommon(was.name) || count > 1) continue;
    const isImport = ({ path }: Use): boolean =>
      path !== from && path !== to && names(user.files.get(path)?.top.body ?? "", from);
    const usedIn = user.newUses.get(was.name)?.find(isImport);
    if (usedIn !== undefined)
      yield { class: "semantic", signal: "R2", certain: true, name: key, path: from, changedBy, usedIn };
  }
}

/** Does the text outside of functions name the file, as an import does? A folder's main file has the folder's name. */
function names(text: string, path: string): boolean {
  const parts = path.replace(/\.[a-z]+$/, "").split("/");
  const own = parts.pop() ?? "";
  const name = /^(?:index|__init__|mod|lib|main)$/.test(own) ? (parts.pop() ?? own) : own;
  return text.split(/[^\p{L}\p{N}_-]+/u).includes(name);
}

/** A name with more definitions is a common one in this project. */
const mostDefinitions = 3;

/** Are both in the same class? */
function isBeside(use: Use, path: string, key: string): boolean {
  const owner = key.slice(0, key.lastIndexOf(".") + 1);
  return owner !== "" && use.path === path && use.key.startsWith(owner);
}

const constructors = new Set(["constructor", "__init__", "__new__", "__construct", "initialize"]);

/** What a constructor takes matters to those who use the class. */
function usedName(name: string, key: string): string {
  const owner = key.split(".").at(-2);
  return owner !== undefined && constructors.has(name) ? owner : name;
}

function countDefinitions(files: Files): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [path, { entities }] of files) {
    if (isTest(path)) continue;
    for (const { name } of entities.values()) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** By name: the functions that a side changed and that use it. What is outside of functions, such as imports, uses nearly everything. */
function usesInChanges({ changes }: SideChanges): Map<string, Use[]> {
  const found = new Map<string, Use[]>();
  for (const { path, key, now } of changes.values()) {
    for (const name of now?.uses.keys() ?? []) {
      const uses = found.get(name);
      if (uses === undefined) found.set(name, [{ path, key }]);
      else if (uses.length < mostUses) uses.push({ path, key });
    }
  }
  return found;
}
