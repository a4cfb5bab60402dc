import { rm } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Context } from "../../system/context.ts";
import { pathExists, writeFileAtomic } from "../../system/files/files.ts";
import { credentialsFile } from "./credentials.ts";

const year = 365 * 24 * 60 * 60 * 1000;

/**
 * Puts the token that `claude setup-token` printed where the program keeps its login, in the form that it reads: valid for a
 * year, nothing to renew it with. The program itself would have it in an environment variable, for everybody to see.
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

/** The token in what a terminal was sent; a narrow one breaks it into lines. Pure. */
export function findToken(printed: string): string | undefined {
  // the program moves the cursor where others write a space
  // oxlint-disable-next-line no-control-regex -- escape sequences are what this is about
  const spaced = printed.replace(/\u001b\[\d*[CG]/g, " ");
  const text = stripVTControlCharacters(spaced).replaceAll("\r", "");
  const found = /sk-ant-oat\d\d-[\w-]+(?:[ │]*\n[ │]*[\w-]+(?=[ │]*\n))*/.exec(text);
  return found?.[0].replace(/[^\w-]/g, "");
}

/** Logs out: the credentials go, everything else of the vault stays. */
export async function forgetLogin(ctx: Context): Promise<boolean> {
  const vault = ctx.paths.vault("claude");
  const path = join(vault, credentialsFile);
  const there = await pathExists(path);
  await rm(path, { force: true });
  await rm(`${vault}.account.json`, { force: true });
  return there;
}
