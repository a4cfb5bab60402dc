import { cp, link, lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { coworkPaths } from "../../../src/system/paths.ts";
import { testCache } from "./test-cache.ts";

// An agent's program has 380 MB, and every test has a home of its own: what one run has fetched is linked into all homes and
// stays for the next run. Nothing writes to an installed program: another version is another folder.
export const keptAgents = join(testCache, "agents");

/** Keeps the programs that a cowork home has. */
export async function keepAgents(coworkHome: string): Promise<void> {
  await mkdir(keptAgents, { recursive: true });
  await spread(agentsOf(coworkHome), keptAgents, link);
}

/**
 * Puts the kept programs where a cowork home has its agents.
 * @param copy for a home whose files get another owner: a link would change the owner of all
 */
export async function placeAgents(coworkHome: string, { copy = false } = {}): Promise<void> {
  const copied = (from: string, to: string): Promise<void> => cp(from, to);
  await spread(keptAgents, agentsOf(coworkHome), copy ? copied : link);
}

const agentsOf = (coworkHome: string): string => join(coworkPaths(coworkHome).lib, "agents");

/** Both folders hold `{agent}/{version}/{variant}/{program}`; other things in them are left alone. */
async function spread(from: string, to: string, place: (from: string, to: string) => Promise<void>): Promise<void> {
  for (const path of await variantsIn(from)) {
    const target = join(to, path);
    if ((await lstat(target).catch(() => undefined)) !== undefined) continue;
    await mkdir(join(target, ".."), { recursive: true });
    const making = `${target}.${process.pid}`;
    await mkdir(making);
    for (const name of await readdir(join(from, path))) {
      const [source, made] = [join(from, path, name), join(making, name)];
      // the cache may be on another disk
      await place(source, made).catch(() => cp(source, made));
    }
    // another process may have been faster
    await rename(making, target).catch(() => rm(making, { recursive: true, force: true }));
  }
}

async function variantsIn(folder: string): Promise<string[]> {
  const names = async (path: string): Promise<string[]> => await readdir(join(folder, path)).catch(() => []);
  const found: string[] = [];
  for (const agent of await names("."))
    for (const version of (await names(agent)).filter((name) => /^\d/.test(name)))
      for (const variant of await names(join(agent, version)))
        if (/^[\w-]+$/.test(variant)) found.push(join(agent, version, variant));
  return found;
}
