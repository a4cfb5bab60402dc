import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { jsonObject, parseJson } from "../../contract/common.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";

// The account's name, which is not secret. Stored outside the vault, where no container can reach it.

function accountPath(ctx: Context): string {
  return `${ctx.paths.vault("copilot")}.account.json`;
}

/** The account of the last `cowork auth login`. */
export async function readAccount(ctx: Context): Promise<string | undefined> {
  const text = await readTextFile(accountPath(ctx), { maxBytes: 4096 }).catch(() => undefined);
  const account = jsonObject.safeParse(parseJson(text ?? "")).data?.["login"];
  return typeof account === "string" && account !== "" ? plain(account).slice(0, 100) : undefined;
}

export async function writeAccount(ctx: Context, account: string): Promise<void> {
  const path = accountPath(ctx);
  await ensureFolder(dirname(path), { mode: 0o700 });
  await writeFileAtomic(path, `${JSON.stringify({ login: account })}\n`, { mode: 0o600 });
}

export async function removeAccount(ctx: Context): Promise<void> {
  await rm(accountPath(ctx), { force: true });
}
