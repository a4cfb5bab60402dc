import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { ensureVaultFolder } from "../agent/parts.ts";
import type { Agent, Login } from "../agent/types.ts";
import { toCoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { lookAtPath } from "../system/files/files.ts";
import { clearLeftLocks } from "./locks.ts";

export interface VaultCheck {
  login: Login;
  /** what was wrong and has been put right, one line each */
  repaired: string[];
  /** what is wrong and wants the user, one line each */
  problems: string[];
}

/**
 * Looks after the vault: there is no daemon, so every command that touches a session does. Makes the folder where it is
 * missing, gives folder and credentials back to U where this user may, clears locks that nobody holds any more.
 * Follows no link: containers write in there.
 */
export async function checkVault(ctx: Context, agent: Agent): Promise<VaultCheck> {
  const repaired: string[] = [];
  const problems: string[] = [];
  const vault = ctx.paths.vault(agent.id);
  const mend = async (path: string, mode: number, folder: boolean): Promise<void> => {
    const wrong = describeWrong(ctx, path, mode, folder);
    if (wrong === undefined) return;
    const failed = await own(ctx, path, mode, folder).then(
      () => undefined,
      (error: unknown) => toCoworkError(error).message,
    );
    if (failed === undefined) repaired.push(`${path} ${wrong}: put right`);
    else problems.push(`${path} ${wrong}: ${failed}`);
  };
  await mend(vault, 0o700, true);
  try {
    await ensureVaultFolder(ctx, agent);
  } catch (error) {
    problems.push(toCoworkError(error).message);
  }
  for (const file of agent.login.files) await mend(join(vault, file), 0o600, false);
  repaired.push(...(await clearLeftLocks(ctx, agent)));
  const login = await agent.login.read(ctx);
  if (login.state === "broken") problems.push(login.detail);
  return { login, repaired, problems };
}

function describeWrong(ctx: Context, path: string, mode: number, folder: boolean): string | undefined {
  const stats = lookAtPath(path);
  // What is neither is not ours to change: reading the login says so.
  if (stats === undefined || !(folder ? stats.isDirectory() : stats.isFile())) return undefined;
  const { sessionUid: uid } = ctx.user;
  if (stats.uid !== uid) return `belonged to uid ${stats.uid}, not to ${uid}, as which sessions run`;
  const is = stats.mode & 0o777;
  return is === mode ? undefined : `had the mode ${is.toString(8)}, not ${mode.toString(8)}`;
}

async function own(ctx: Context, path: string, mode: number, folder: boolean): Promise<void> {
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
