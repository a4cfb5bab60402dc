import { constants } from "node:fs";
import { chmod, open } from "node:fs/promises";
import { join } from "node:path";
import { ensureVaultFolder } from "../agent/parts.ts";
import type { Agent, Login } from "../agent/types.ts";
import { toCoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { lookIfOpen } from "../system/files/files.ts";
import { removeStaleLocks } from "./locks.ts";

export interface VaultCheck {
  login: Login;
  /** problems that were fixed, one line each */
  repaired: string[];
  /** problems that the user must fix, one line each */
  problems: string[];
}

/**
 * Checks the vault. Without a daemon, every command that uses a session does this. Creates the folder if it is missing,
 * makes U the owner of folder and credentials if this user may, and removes stale locks. Follows no link, because containers
 * write there.
 */
export async function checkVault(ctx: Context, agent: Agent): Promise<VaultCheck> {
  const repaired: string[] = [];
  const problems: string[] = [];
  const vault = ctx.paths.vault(agent.id);
  const fix = async (path: string, mode: number, folder: boolean): Promise<void> => {
    const wrong = describeWrong(ctx, path, mode, folder);
    if (wrong === undefined) return;
    const failed = await own(ctx, path, mode, folder).then(
      () => undefined,
      (error: unknown) => toCoworkError(error).message,
    );
    if (failed === undefined) repaired.push(`${path} ${wrong}: fixed`);
    else problems.push(`${path} ${wrong}: ${failed}`);
  };
  await fix(vault, 0o700, true);
  try {
    await ensureVaultFolder(ctx, agent);
  } catch (error) {
    problems.push(toCoworkError(error).message);
  }
  for (const file of agent.login.files) await fix(join(vault, file), 0o600, false);
  // A vault that stays closed has a line of its own.
  repaired.push(...(await removeStaleLocks(ctx, agent).catch((error: unknown) => unlessClosed(error))));
  const login = await agent.login.read(ctx);
  if (login.state === "broken") problems.push(login.detail);
  return { login, repaired, problems };
}

function unlessClosed(error: unknown): never[] {
  if (toCoworkError(error).code === "PERMISSION_DENIED") return [];
  throw error;
}

function describeWrong(ctx: Context, path: string, mode: number, folder: boolean): string | undefined {
  const stats = lookIfOpen(path);
  // Anything else is not changed: reading the login reports it.
  if (stats === undefined || !(folder ? stats.isDirectory() : stats.isFile())) return undefined;
  const { sessionUid: uid } = ctx.user;
  if (stats.uid !== uid) return `belonged to uid ${stats.uid}, not to ${uid}, the uid of sessions`;
  const is = stats.mode & 0o777;
  return is === mode ? undefined : `had the mode ${is.toString(8)}, not ${mode.toString(8)}`;
}

async function own(ctx: Context, path: string, mode: number, folder: boolean): Promise<void> {
  // Closed to its owner it cannot be opened. The folder around it is ours alone, so no link can take its place.
  if (folder) await chmod(path, mode).catch(() => undefined);
  const kind = folder ? constants.O_DIRECTORY : constants.O_NONBLOCK;
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | kind);
  try {
    const stats = await handle.stat();
    if (stats.uid !== ctx.user.sessionUid) await handle.chown(ctx.user.sessionUid, ctx.user.sessionGid);
    await handle.chmod(mode);
  } finally {
    await handle.close();
  }
}
