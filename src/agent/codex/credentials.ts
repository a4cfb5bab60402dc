import { join } from "node:path";
import { parseJson, type JsonObject } from "../../contract/common.ts";
import type { Context } from "../../system/context.ts";
import { lookAtPath, readTextFile } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";
import { asObject, asText } from "../input/json.ts";
import { loginCommand } from "../login-command.ts";
import type { Login } from "../types.ts";

export const loginFile = "auth.json";
export const maxLoginBytes = 256 * 1024;
const again = `log in again with \`${loginCommand("codex")}\``;

/**
 * The state of the login in the vault, from the file alone. Containers can write there, so no link is followed and the content is
 * untrusted. Tokens do not leave this module.
 */
export async function readLogin(ctx: Context): Promise<Login> {
  const vault = ctx.paths.vault("codex");
  const path = join(vault, loginFile);
  const found = lookAtPath(path);
  if (found === undefined) return { state: "none", detail: `not logged in: run \`${loginCommand("codex")}\`` };
  if (!found.isFile()) return broken(`${path} is not a regular file; remove it and ${again}`);
  const { sessionUid: uid } = ctx.user;
  if (found.uid !== uid)
    return broken(`${path} belongs to uid ${found.uid} and sessions, which run as uid ${uid}, cannot read it: ${again}`);
  if ((found.mode & 0o400) === 0) return broken(`${path} cannot be read by its owner; run chmod 600 ${path}`);
  const text = await readTextFile(path, { maxBytes: maxLoginBytes, root: vault }).catch(() => undefined);
  const tokens = tokensIn(text ?? "");
  return tokens === undefined ? broken(`${path} contains no readable login: ${again}`) : judge(tokens);
}

/** The tokens of a login with an account; undefined for anything else, such as an API key. */
export function tokensIn(text: string): JsonObject | undefined {
  const tokens = asObject(asObject(parseJson(text))?.["tokens"]);
  const isSet = (name: string): boolean => (asText(tokens?.[name]) ?? "") !== "";
  return isSet("access_token") && isSet("refresh_token") ? tokens : undefined;
}

/** Pure. The program says nothing about the end of a login: only its access token has one, and is renewed. */
function judge(tokens: JsonObject): Login {
  const [access, id] = [claimsOf(tokens["access_token"]), claimsOf(tokens["id_token"])];
  const end = access["exp"];
  const account = asText(id["email"]);
  const plan = asText(asObject(id["https://api.openai.com/auth"])?.["chatgpt_plan_type"]);
  const expiresAt = typeof end === "number" && end > 0 && end < 8.64e12 ? new Date(end * 1000) : undefined;
  return {
    state: "ok",
    detail: account === undefined ? "logged in" : `logged in as ${short(account)}`,
    method: "ChatGPT",
    longLived: false,
    ...(account === undefined ? {} : { account: short(account) }),
    ...(plan === undefined ? {} : { plan: short(plan) }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** What a token says about itself, not checked: it is shown, and nothing depends on it. */
function claimsOf(token: JsonObject[string] | undefined): JsonObject {
  const part = (asText(token) ?? "").split(".")[1] ?? "";
  return asObject(parseJson(Buffer.from(part, "base64url").toString("utf8"))) ?? {};
}

function short(value: string): string {
  return plain(value).slice(0, 400);
}

function broken(detail: string): Login {
  return { state: "broken", detail: plain(detail) };
}
