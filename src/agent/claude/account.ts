import { dirname, join } from "node:path";
import type { Context } from "../../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";
import { asSettings } from "./own-settings.ts";

/** The program's `oauthAccount`: the account of the login, not secret. Stored outside the vault, where no container can reach it. */
export type Account = Record<string, unknown> & {
  accountUuid?: string;
  emailAddress?: string;
  organizationName?: string;
};

const maxBytes = 4 * 1024 * 1024;

function accountPath(ctx: Context): string {
  return `${ctx.paths.vault("claude")}.account.json`;
}

/** The account of the last `cowork auth login`. */
export async function readAccount(ctx: Context): Promise<Account | undefined> {
  const text = await readTextFile(accountPath(ctx), { maxBytes });
  return text === undefined ? undefined : asAccount(asSettings(text));
}

/** Copies the account from the config folder that a login program has just written (in a container: untrusted). */
export async function rememberAccount(ctx: Context, configFolder: string): Promise<void> {
  const text = await readTextFile(join(configFolder, ".claude.json"), { maxBytes, root: configFolder });
  const account = asAccount(asSettings(text).oauthAccount);
  const path = accountPath(ctx);
  await ensureFolder(dirname(path), { mode: 0o700 });
  await writeFileAtomic(path, `${JSON.stringify(account ?? {})}\n`, { mode: 0o600 });
}

/** Names are shown to people, so control characters are removed from strings, and nested values are left out. */
function asAccount(value: unknown): Account | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value).flatMap(([key, entry]): [string, unknown][] => {
    if (typeof entry === "string") return [[key, plain(entry).slice(0, 400)]];
    return typeof entry === "number" || typeof entry === "boolean" || entry === null ? [[key, entry]] : [];
  });
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Account);
}
