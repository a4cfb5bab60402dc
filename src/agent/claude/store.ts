import { rm } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Context } from "../../system/context.ts";
import { pathExists, writeFileAtomic } from "../../system/files/files.ts";
import { credentialsFile } from "./credentials.ts";

const year = 365 * 24 * 60 * 60 * 1000;

/**
 * Stores the token that `claude setup-token` printed in the program's own credentials file: valid for a year, without a refresh
 * token. The program itself would expect it in an environment variable, where every process could read it.
 */
export async function storeLongLived(ctx: Context, printed: string): Promise<boolean> {
  const accessToken = findToken(printed);
  if (accessToken === undefined) return false;
  const expiresAt = ctx.clock.now().getTime() + year;
  const login = { accessToken, refreshToken: null, expiresAt, scopes: ["user:inference"], subscriptionType: null };
  const root = ctx.paths.vault("claude");
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  await writeFileAtomic(join(root, credentialsFile), JSON.stringify({ claudeAiOauth: login }), {
    mode: 0o600,
    uid,
    gid,
    root,
  });
  return true;
}

/** Finds the token in terminal output; a narrow terminal breaks it into lines. Pure. */
export function findToken(printed: string): string | undefined {
  // The program moves the cursor instead of writing a space.
  // oxlint-disable-next-line no-control-regex -- it must match escape sequences
  const spaced = printed.replace(/\u001b\[\d*[CG]/g, " ");
  const text = stripVTControlCharacters(spaced).replaceAll("\r", "");
  const found = /sk-ant-oat\d\d-[\w-]+(?:[ │]*\n[ │]*[\w-]+(?=[ │]*\n))*/.exec(text);
  return found?.[0].replace(/[^\w-]/g, "");
}

/** Logs out: removes the credentials; everything else in the vault stays. */
export async function forgetLogin(ctx: Context): Promise<boolean> {
  const vault = ctx.paths.vault("claude");
  const path = join(vault, credentialsFile);
  const there = await pathExists(path);
  await rm(path, { force: true });
  await rm(`${vault}.account.json`, { force: true });
  return there;
}
