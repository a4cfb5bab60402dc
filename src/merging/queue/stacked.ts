import { isPart, type Taken } from "./candidate.ts";
import type { Scratch } from "./scratch.ts";

/**
 * Which sessions each one stands on: it contains their commit, or was started from one of their commits that the target does not have.
 * @param starts the commit that each session was started from
 */
export async function stackedOn(
  scratch: Scratch,
  target: string,
  taken: readonly Taken[],
  starts: ReadonlyMap<string, string>,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const { name, commit } of taken) {
    const start = starts.get(name);
    const isOwnStart = start !== undefined && (await has(scratch, start)) && !(await isPart(scratch, start, target));
    const below = await Promise.all(
      taken.map(async (other) => {
        if (other.name === name || other.commit === commit) return [];
        const contains = await isPart(scratch, other.commit, commit);
        return contains || (isOwnStart && (await isPart(scratch, start, other.commit))) ? [other.name] : [];
      }),
    );
    found.set(name, below.flat());
  }
  return found;
}

async function has(scratch: Scratch, commit: string): Promise<boolean> {
  return (await scratch.git(["cat-file", "-e", `${commit}^{commit}`])).code === 0;
}
