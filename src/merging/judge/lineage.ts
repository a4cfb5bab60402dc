import type { Context } from "../../system/context.ts";
import { scratchGit, isOid, type Scratch } from "../scratch/scratch-git.ts";

/** Where a commit comes from. */
export interface Lineage {
  /** commits that the project does not have */
  own: ReadonlySet<string>;
  /** commits of the project that these come after; the commit itself if the project has it */
  bases: ReadonlySet<string>;
}

export type FindLineage = (tip: string) => Lineage | undefined;

/** More commits of its own are not looked at. */
const maxOwn = 50_000;

/**
 * Reads the lineage of all commits in one call; if that fails, of each alone.
 * @param tips commits that the scratch repository has
 * @param project tips of the project's refs
 * @returns undefined for a commit whose history git cannot read, or that has too many commits of its own
 */
export async function readLineages(
  ctx: Context,
  scratch: Scratch,
  tips: readonly string[],
  project: readonly string[],
): Promise<FindLineage> {
  const together = await readParents(ctx, scratch, tips, project);
  if (together !== undefined) return (tip) => walk(tip, together);
  const alone = new Map<string, Map<string, string[]> | undefined>();
  for (const tip of tips) alone.set(tip, await readParents(ctx, scratch, [tip], project));
  return (tip) => {
    const parents = alone.get(tip);
    return parents && walk(tip, parents);
  };
}

/** The parents of all commits that the project does not have. */
async function readParents(
  ctx: Context,
  scratch: Scratch,
  tips: readonly string[],
  project: readonly string[],
): Promise<Map<string, string[]> | undefined> {
  const input = [...tips, ...project.map((oid) => `^${oid}`)].map((line) => `${line}\n`).join("");
  const args = ["rev-list", "--parents", "--stdin", `--max-count=${maxOwn}`];
  const result = await scratchGit(ctx, scratch, args, { input }).catch((error: unknown) => {
    ctx.signal.throwIfAborted();
    ctx.log(`reading the sessions' commits: ${String(error)}`);
    return undefined;
  });
  if (result?.code !== 0) return undefined;
  const parents = new Map<string, string[]>();
  for (const line of result.stdout.split("\n")) {
    const [oid = "", ...rest] = line.split(" ");
    if (isOid(oid)) parents.set(oid, rest);
  }
  return parents.size >= maxOwn ? undefined : parents;
}

function walk(tip: string, parents: ReadonlyMap<string, readonly string[]>): Lineage {
  const [own, bases] = [new Set<string>(), new Set<string>()];
  const open = [tip];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const before = parents.get(next);
    if (before === undefined) bases.add(next);
    else if (!own.has(next)) {
      own.add(next);
      open.push(...before);
    }
  }
  return { own, bases };
}

export interface BaseFinder {
  (a: Lineage, b: Lineage): Promise<string | undefined>;
  /** One of the merge bases of two commits, from git. */
  any(a: string, b: string): Promise<string | undefined>;
}

/**
 * The one merge base of two commits as far as it is known without asking git for every pair; undefined where there may be several
 * or none. Two sessions that have commits in common which the project lacks are not compared here.
 */
export function createBaseFinder(ctx: Context, scratch: Scratch): BaseFinder {
  const asked = new Map<string, Promise<string | undefined>>();
  const find = async (a: Lineage, b: Lineage): Promise<string | undefined> => {
    const [[one], [other]] = [[...a.bases], [...b.bases]];
    if (a.bases.size !== 1 || b.bases.size !== 1 || one === undefined || other === undefined) return undefined;
    if ([...smaller(a.own, b.own)].some((oid) => larger(a.own, b.own).has(oid))) return undefined;
    if (one === other) return one;
    const key = [one, other].toSorted().join(" ");
    const answer = asked.get(key) ?? mergeBase(ctx, scratch, one, other);
    asked.set(key, answer);
    return await answer;
  };
  return Object.assign(find, {
    any: async (a: string, b: string) => (await mergeBases(ctx, scratch, a, b))[0],
  });
}

function smaller<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
  return a.size <= b.size ? a : b;
}

function larger<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): ReadonlySet<T> {
  return a.size <= b.size ? b : a;
}

async function mergeBase(ctx: Context, scratch: Scratch, a: string, b: string): Promise<string | undefined> {
  const found = await mergeBases(ctx, scratch, a, b);
  return found.length === 1 ? found[0] : undefined;
}

async function mergeBases(ctx: Context, scratch: Scratch, a: string, b: string): Promise<string[]> {
  const { stdout } = await scratchGit(ctx, scratch, ["merge-base", "--all", a, b]);
  return stdout.split("\n").filter((oid) => isOid(oid));
}
