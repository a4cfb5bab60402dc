import { mkdir, rmdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Agent } from "../agent/types.ts";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { lookAtPath, readTextFile } from "../system/files/files.ts";
import { homeLabels } from "../system/home-id.ts";
import { errorCode } from "../system/files/open-folder.ts";

/** A holder touches its lock every five seconds. */
const touchedMs = 8_000;
/** Without a name on it: long enough that nobody who lives can have it. */
const namelessMs = 30_000;
/** Nobody who lives is silent for so long. */
const deadMs = 120_000;

/**
 * Takes away locks whose holder is gone for sure: not touched for a while, and its container does not run any more, or no
 * container of this home does. (Left alone they keep every session from renewing the login for a minute or more.)
 * @returns one line for each
 */
export async function clearLeftLocks(ctx: Context, agent: Agent): Promise<string[]> {
  const cleared: string[] = [];
  for (const name of agent.login.locks) {
    const path = join(ctx.paths.vault(agent.id), name);
    const quiet = quietFor(ctx, path);
    if (quiet === undefined || quiet < touchedMs || (await mayBeHeld(ctx, path, quiet))) continue;
    if (!(await remove(path))) continue;
    const killed = name === agent.login.refreshLock;
    const why =
      "a session was killed while it renewed the login; should sessions ask to log in now: `cowork auth login`";
    cleared.push(`a left-over lock (${name}) has been cleared${killed ? `: ${why}` : ""}`);
  }
  return cleared;
}

function quietFor(ctx: Context, path: string): number | undefined {
  try {
    const stats = lookAtPath(path);
    return stats?.isDirectory() ? ctx.clock.now().getTime() - stats.mtimeMs : undefined;
  } catch {
    // a vault that this user may not look into: whoever reads the login says so
    return undefined;
  }
}

/** The program writes down who holds it, with the host name of its container: by default the start of the container's id. */
async function mayBeHeld(ctx: Context, path: string, quiet: number): Promise<boolean> {
  if (quiet > deadMs) return false;
  const questions = homeLabels(ctx.paths).map((home) => ctx.engine.listContainers({ "cowork.home": home }));
  const containers = await Promise.all(questions).then(
    (answers) => answers.flat(),
    () => undefined,
  );
  // an engine that cannot be asked may well run them
  if (containers === undefined) return true;
  const running = containers.filter((one) => one.state === "running" || one.state === "paused");
  const note = await readTextFile(`${path}.owner`, { maxBytes: 64 * 1024, root: join(path, "..") }).catch(() => "");
  const host = /"pidSpace":"([0-9a-f]{12})#/.exec(note ?? "")?.[1];
  if (host === undefined) return running.length > 0 || quiet < namelessMs;
  return running.some((one) => one.id.startsWith(host));
}

async function remove(path: string): Promise<boolean> {
  return rmdir(path).then(
    () => true,
    () => false,
  );
}

/**
 * Does something while no session can renew the login, under the agent's own lock. Keep it short: a session whose access
 * token ends meanwhile waits some seconds and no longer.
 * @throws BUSY when a session holds it for 20 s
 */
export async function withRefreshLock<T>(ctx: Context, agent: Agent, fn: () => Promise<T>): Promise<T> {
  const path = join(ctx.paths.vault(agent.id), agent.login.refreshLock);
  const until = ctx.clock.now().getTime() + 20_000;
  while (!(await take(path))) {
    if (ctx.clock.now().getTime() > until) {
      const hint = "wait a minute, then run the same command again";
      throw new CoworkError("BUSY", `A session is renewing the ${agent.title} login.`, { hint });
    }
    await clearLeftLocks(ctx, agent);
    await ctx.clock.sleep(200, ctx.signal);
  }
  const touch = setInterval(() => {
    const now = ctx.clock.now();
    utimes(path, now, now).catch(() => undefined);
  }, 2_000);
  try {
    return await fn();
  } finally {
    clearInterval(touch);
    await remove(path);
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o755 });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}
