import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { lookAtPath, readTextFile } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";
import type { Login } from "../types.ts";
import { readAccount, type Account } from "./account.ts";

export const credentialsFile = ".credentials.json";
const maxBytes = 256 * 1024;
const again = "log in again with `cowork auth login`";

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
 * What the vault holds, judged from the file alone: containers can write there, so no link is followed and nothing is believed.
 * Tokens stay in here.
 */
export async function readLogin(ctx: Context): Promise<Login> {
  return (await readCredentials(ctx)).login;
}

/** As `readLogin`, with the account that sessions are told of: no secret either. */
export async function readCredentials(
  ctx: Context,
): Promise<{ login: Login; account?: Account; accountUuid?: string }> {
  const vault = ctx.paths.vault("claude");
  const path = join(vault, credentialsFile);
  const found = lookAtPath(path);
  if (found === undefined) return { login: { state: "none", detail: "not logged in: run `cowork auth login`" } };
  if (!found.isFile()) return unusable(`${path} is no regular file; remove it and ${again}`);
  const { sessionUid: uid } = ctx.user;
  if (found.uid !== uid) {
    return unusable(
      `${path} belongs to uid ${found.uid} and sessions, which run as uid ${uid}, cannot read it: ${again}`,
    );
  }
  if ((found.mode & 0o400) === 0) return unusable(`${path} cannot be read by its owner: chmod 600 it`);
  const text = await readTextFile(path, { maxBytes, root: vault }).catch(() => undefined);
  const login = parseCredentials(text ?? "");
  if (login === undefined) return unusable(`${path} holds no login that can be read: ${again}`);
  const known = await readAccount(ctx);
  const accountUuid = typeof login.accountUuid === "string" ? login.accountUuid : undefined;
  // Somebody may have logged in as somebody else inside a session since.
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

/** Pure. `account`: whose login it is, where cowork knows. */
export function judge(login: Credentials, account: Account | undefined, now: Date): Login {
  const { accessToken, refreshToken, expiresAt, refreshTokenExpiresAt } = login;
  const set = (value: unknown): value is string => typeof value === "string" && value !== "";
  const date = (value: unknown): Date | undefined =>
    typeof value === "number" && value > 0 && value < 8.64e15 ? new Date(value) : undefined;
  if (!set(accessToken)) return broken(`the agent gave the login up (it was used elsewhere or revoked): ${again}`);
  const longLived = !set(refreshToken);
  const end = longLived ? date(expiresAt) : date(refreshTokenExpiresAt);
  if (end !== undefined && end <= now) return broken(`the login ended on ${end.toISOString().slice(0, 10)}: ${again}`);
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

function unusable(detail: string): { login: Login } {
  return { login: broken(detail) };
}

function broken(detail: string): Login {
  return { state: "broken", detail: plain(detail) };
}
