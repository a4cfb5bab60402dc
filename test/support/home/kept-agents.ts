import { cp, link, lstat, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { coworkPaths } from "../../../src/system/paths.ts";
import { testCache } from "./test-cache.ts";

// An agent's program has 380 MB, and every test has its own home. So downloaded programs are kept between runs and linked into all
// homes. Links are safe because nothing writes to an installed program: another version is installed in another folder.
export const keptAgents = join(testCache, "agents");

/** Links the programs of a cowork home into the cache. */
export async function keepAgents(coworkHome: string): Promise<void> {
  await mkdir(keptAgents, { recursive: true });
  await spread(agentsOf(coworkHome), keptAgents, link);
}

/**
 * Links the cached programs into a cowork home.
 * @param copy copy instead, for a home whose files get another owner: with links, the owner would change everywhere
 */
export async function placeAgents(coworkHome: string, { copy = false } = {}): Promise<void> {
  const copied = (from: string, to: string): Promise<void> => cp(from, to);
  await spread(keptAgents, agentsOf(coworkHome), copy ? copied : link);
}

const agentsOf = (coworkHome: string): string => join(coworkPaths(coworkHome).lib, "agents");

/** Adds what is missing. Both folders contain `{agent}/{version}/{variant}/`, with any files in it; everything else in them is ignored. */
async function spread(from: string, to: string, place: (from: string, to: string) => Promise<void>): Promise<void> {
  for (const path of await variantsIn(from)) {
    const target = join(to, path);
    if ((await lstat(target).catch(() => undefined)) !== undefined) continue;
    await mkdir(join(target, ".."), { recursive: true });
    const partial = `${target}.${process.pid}`;
    await fill(join(from, path), partial, place);
    // another process may have been faster
    await rename(partial, target).catch(() => rm(partial, { recursive: true, force: true }));
  }
}

async function fill(from: string, to: string, place: (from: string, to: string) => Promise<void>): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, made] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await fill(source, made, place);
    // the cache may be on another disk
    else await place(source, made).catch(() => cp(source, made));
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
