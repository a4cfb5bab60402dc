import type { Context } from "../../system/context.ts";
import { noLoginIn, readLoginFile } from "../login-file.ts";
import type { Login } from "../types.ts";
import { readAccount } from "./account.ts";

/** The token alone, on one line: the launcher hands it to the program. */
export const tokenFile = "token";

/** Tokens of an app, and fine-grained ones of a person: what the program itself takes. It refuses the older `ghp_`. */
const form = /^(?:gh[ou]_|github_pat_)[A-Za-z0-9_]{10,400}$/;

export function isToken(text: string): boolean {
  return form.test(text);
}

/**
 * The state of the login in the vault, from the file alone. Containers can write there, so no link is followed and the content is
 * untrusted. The token does not leave this module. Whether it is still valid only GitHub knows.
 */
export async function readLogin(ctx: Context): Promise<Login> {
  const file = await readLoginFile(ctx, "copilot", tokenFile);
  if ("login" in file) return file.login;
  const [token = ""] = file.text.split("\n");
  if (!isToken(token)) return noLoginIn(ctx, "copilot", tokenFile);
  const account = await readAccount(ctx);
  return {
    state: "ok",
    detail: account === undefined ? "logged in" : `logged in as ${account}`,
    method: token.startsWith("github_pat_") ? "fine-grained token" : "GitHub",
    longLived: false,
    ...(account === undefined ? {} : { account }),
  };
}
