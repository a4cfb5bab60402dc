import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { endedLogin, noLoginIn, readLoginFile } from "../login-file.ts";
import type { Login } from "../types.ts";
import { readAccount, type Account } from "./account.ts";

export const credentialsFile = ".credentials.json";
const agent = "claude";

interface Credentials {
  accessToken?: unknown;
  refreshToken?: unknown;
  expiresAt?: unknown;
  refreshTokenExpiresAt?: unknown;
  subscriptionType?: unknown;
  accountUuid?: unknown;
  scopes?: unknown;
}

/**
 * The state of the login in the vault, from the file alone. Containers can write there, so no link is followed and the content is
 * untrusted. Tokens do not leave this module.
 */
export async function readLogin(ctx: Context): Promise<Login> {
  return (await readCredentials(ctx)).login;
}

/** Like `readLogin`, with the account for the sessions' config, which is not secret either. */
export async function readCredentials(
  ctx: Context,
): Promise<{ login: Login; account?: Account; accountUuid?: string }> {
  const file = await readLoginFile(ctx, agent, credentialsFile);
  if ("login" in file) return file;
  const login = parseCredentials(file.text);
  if (login === undefined) return { login: noLoginIn(ctx, agent, credentialsFile) };
  const known = await readAccount(ctx);
  const accountUuid = typeof login.accountUuid === "string" ? login.accountUuid : undefined;
  // A different account may have logged in inside a session meanwhile.
  const account = accountUuid === undefined || known?.accountUuid === accountUuid ? known : undefined;
  const view = judge(login, account, ctx.clock.now());
  return {
    login: view,
    ...(account === undefined ? {} : { account }),
    ...(accountUuid === undefined ? {} : { accountUuid }),
  };
}

function parseCredentials(text: string): Credentials | undefined {
  try {
    const value = JSON.parse(text) as { claudeAiOauth?: unknown } | null;
    const login = value?.claudeAiOauth;
    return typeof login === "object" && login !== null ? login : undefined;
  } catch {
    return undefined;
  }
}

/** Pure. `account`: the account of the login, if cowork knows it. */
export function judge(login: Credentials, account: Account | undefined, now: Date): Login {
  const { accessToken, refreshToken, expiresAt, refreshTokenExpiresAt } = login;
  const set = (value: unknown): value is string => typeof value === "string" && value !== "";
  const date = (value: unknown): Date | undefined =>
    typeof value === "number" && value > 0 && value < 8.64e15 ? new Date(value) : undefined;
  if (!set(accessToken)) return endedLogin(agent);
  const longLived = !set(refreshToken);
  const end = longLived ? date(expiresAt) : date(refreshTokenExpiresAt);
  if (end !== undefined && end <= now) return endedLogin(agent, end);
  const { emailAddress, organizationName } = account ?? {};
  const plan = set(login.subscriptionType) ? plain(login.subscriptionType) : undefined;
  const expires = date(expiresAt);
  return {
    state: "ok",
    detail: emailAddress === undefined ? "logged in" : `logged in as ${emailAddress}`,
    method: "claude.ai",
    longLived,
    ...(plan === undefined ? {} : { plan }),
    ...(expires === undefined ? {} : { expiresAt: expires }),
    ...(end === undefined ? {} : { endsAt: end }),
    ...(emailAddress === undefined ? {} : { account: emailAddress }),
    ...(organizationName === undefined ? {} : { organization: organizationName }),
  };
}
