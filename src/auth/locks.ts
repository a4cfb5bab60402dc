import { mkdir, rmdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { loginCommand } from "../agent/login-command.ts";
import type { Agent } from "../agent/types.ts";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { lookAtPath, readTextFile } from "../system/files/files.ts";
import { homeLabels } from "../system/home-id.ts";
import { errorCode } from "../system/files/open-folder.ts";

/** The holder of a lock touches it every five seconds. */
const touchedMs = 8_000;
/** A lock without an owner file: after this time no living process holds it. */
const namelessMs = 30_000;
/** A lock that was not touched for this long has no living holder. */
const deadMs = 120_000;

/**
 * Removes locks whose holder is certainly gone: not touched for a while, and its container is not running any more, or no
 * container of this home is. (Otherwise they keep every session from renewing the login for a minute or more.)
 * @returns one line for each
 */
export async function removeStaleLocks(ctx: Context, agent: Agent): Promise<string[]> {
  const cleared: string[] = [];
  const { renewal } = agent.login;
  if (renewal.kind === "none") return cleared;
  for (const name of renewal.locks) {
    const path = join(ctx.paths.vault(agent.id), name);
    const quiet = quietFor(ctx, path);
    if (quiet === undefined || quiet < touchedMs || (await mayBeHeld(ctx, path, quiet))) continue;
    if (!(await remove(path))) continue;
    const why =
      name === renewal.lock
        ? `: a session was killed while it renewed the login; if sessions now ask for a login, run \`${loginCommand(agent.id)}\``
        : "";
    cleared.push(`a stale lock (${name}) was removed${why}`);
  }
  return cleared;
}

function quietFor(ctx: Context, path: string): number | undefined {
  try {
    const stats = lookAtPath(path);
    return stats?.isDirectory() ? ctx.clock.now().getTime() - stats.mtimeMs : undefined;
  } catch {
    // This user cannot read the vault; reading the login reports that.
    return undefined;
  }
}

/** The program writes an owner file with the host name of its container: by default the start of the container's id. */
async function mayBeHeld(ctx: Context, path: string, quiet: number): Promise<boolean> {
  if (quiet > deadMs) return false;
  const questions = homeLabels(ctx.paths).map((home) => ctx.engine.listContainers({ "cowork.home": home }));
  const containers = await Promise.all(questions).then(
    (answers) => answers.flat(),
    () => undefined,
  );
  // If the engine does not answer, they may be running.
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
 * Runs something while no session can renew the login, under the lock for that. Keep it short: a session whose access token
 * expires meanwhile waits a few seconds only.
 * @throws BUSY when a session holds the lock for 20 s
 */
export async function withRefreshLock<T>(ctx: Context, agent: Agent, fn: () => Promise<T>): Promise<T> {
  const { renewal } = agent.login;
  if (renewal.kind === "none") return await fn();
  const path = join(ctx.paths.vault(agent.id), renewal.lock);
  const until = ctx.clock.now().getTime() + 20_000;
  while (!(await take(path))) {
    if (ctx.clock.now().getTime() > until) {
      const hint = "wait a minute, then run the same command again";
      throw new CoworkError("BUSY", `A session is renewing the ${agent.title} login.`, { hint });
    }
    await removeStaleLocks(ctx, agent);
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
