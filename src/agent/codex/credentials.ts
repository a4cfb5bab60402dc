import { jsonObject, parseJson, type JsonObject } from "../../contract/common.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { asObject, asText } from "../input/json.ts";
import { noLoginIn, readLoginFile } from "../login-file.ts";
import type { Login } from "../types.ts";

export const loginFile = "auth.json";
export const maxLoginBytes = 256 * 1024;

/**
 * The state of the login in the vault, from the file alone. Containers can write there, so no link is followed and the content is
 * untrusted. Tokens do not leave this module.
 */
export async function readLogin(ctx: Context): Promise<Login> {
  const file = await readLoginFile(ctx, "codex", loginFile);
  if ("login" in file) return file.login;
  const tokens = tokensIn(file.text);
  return tokens === undefined ? noLoginIn(ctx, "codex", loginFile) : judge(tokens);
}

/** The tokens of a login with an account; undefined for anything else, such as an API key. */
export function tokensIn(text: string): JsonObject | undefined {
  const tokens = asObject(read(text)["tokens"]);
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
  return read(Buffer.from(part, "base64url").toString("utf8"));
}

function short(value: string): string {
  return plain(value).slice(0, 400);
}

function read(text: string): JsonObject {
  return jsonObject.safeParse(parseJson(text)).data ?? {};
}
