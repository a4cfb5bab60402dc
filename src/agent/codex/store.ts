import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { lookAtPath, pathExists, readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { loginFile, maxLoginBytes, tokensIn } from "./credentials.ts";

/**
 * Moves the login that the program wrote into its config folder to the vault. It is not written there directly: the program would end
 * the login that it finds before it has another one, also when it is interrupted.
 */
export async function takeLogin(ctx: Context, configFolder: string): Promise<void> {
  const path = join(configFolder, loginFile);
  if (lookAtPath(path)?.isFile() !== true) return;
  const text = await readTextFile(path, { maxBytes: maxLoginBytes, root: configFolder });
  if (text === undefined || tokensIn(text) === undefined) return;
  const root = ctx.paths.vault("codex");
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  await writeFileAtomic(join(root, loginFile), text, { mode: 0o600, uid, gid, root });
}

/** Logs out: removes the login; everything else in the vault stays. */
export async function forgetLogin(ctx: Context): Promise<boolean> {
  const path = join(ctx.paths.vault("codex"), loginFile);
  const there = await pathExists(path);
  await rm(path, { force: true });
  return there;
}
