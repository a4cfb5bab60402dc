import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "../../contract/common.ts";
import type { Context } from "../../system/context.ts";
import { pathExists, writeFileAtomic } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";
import { asObject, asText } from "../input/json.ts";
import { removeAccount, writeAccount } from "./account.ts";
import { readConfig, writeConfig } from "./config-file.ts";
import { isToken, tokenFile } from "./credentials.ts";

/** The only place that the sessions send the token to. */
const host = "https://github.com";

/** A container has no keyring: without this the program asks whether to write the token to a file, or does not keep it. */
export async function prepareLogin(ctx: Context, configFolder: string): Promise<void> {
  await writeConfig(ctx, join(configFolder, "settings.json"), configFolder, { storeTokenPlaintext: true });
}

/** Moves the token from the config folder of the login to the vault. The program's own file also holds settings, so it is not shared. */
export async function takeLogin(ctx: Context, configFolder: string): Promise<void> {
  const config = await readConfig(join(configFolder, "config.json"), configFolder);
  const found = config === undefined ? undefined : loginIn(config);
  if (found === undefined) return;
  const root = ctx.paths.vault("copilot");
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  await writeFileAtomic(join(root, tokenFile), `${found.token}\n`, { mode: 0o600, uid, gid, root });
  await writeAccount(ctx, found.account);
}

/** Pure. The account that logged in last, and its token. */
export function loginIn(config: JsonObject): { account: string; token: string } | undefined {
  const user = asObject(config["lastLoggedInUser"]);
  const account = asText(user?.["login"]);
  if (account === undefined || asText(user?.["host"]) !== host) return undefined;
  const tokens = asObject(config["authTokens"]);
  for (const key of [`${host}:${account}:github`, `${host}:${account}`]) {
    const token = asText(asObject(tokens?.[key])?.["token"]);
    if (token !== undefined && isToken(token)) return { account: plain(account).slice(0, 100), token };
  }
  return undefined;
}

/** Logs out: removes the token. The program has no command that tells GitHub. */
export async function forgetLogin(ctx: Context): Promise<boolean> {
  const path = join(ctx.paths.vault("copilot"), tokenFile);
  const there = await pathExists(path);
  await rm(path, { force: true });
  await removeAccount(ctx);
  return there;
}
