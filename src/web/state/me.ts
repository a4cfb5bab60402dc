import { signal } from "@preact/signals";
import type { Me } from "../../contract/http/auth.ts";
import type { Role } from "../../contract/http/route.ts";
import { call, CallError } from "../api/call.ts";
import { keepToken, readToken, takeCode } from "../api/token.ts";
import { signedOut } from "./connection.ts";

/** Who the server says this browser is. Undefined until it answers. */
export const me = signal<Me | undefined>(undefined);

/** Why a link did not sign in. */
export const signInError = signal<string | undefined>(undefined);

const order: readonly Role[] = ["view", "approve", "operate", "full"];

/** Whether this browser may do what needs a role. */
export function may(role: Role): boolean {
  return me.value !== undefined && order.indexOf(me.value.role) >= order.indexOf(role);
}

/** Signs in with the code of the link, or with the token of an earlier visit. @throws CallError if the server does not answer */
export async function signIn(): Promise<void> {
  const code = takeCode();
  if (code !== undefined) {
    try {
      const { token, me: answer } = await call("POST /auth/exchange", { input: { code, name: browserName() } });
      keepToken(token);
      me.value = answer;
      return;
    } catch (error) {
      if (!(error instanceof CallError) || error.code === "OFFLINE") throw error;
      // A link that was opened twice: the browser may be signed in from the first time.
      signInError.value = error.message;
    }
  }
  if (readToken() === undefined) {
    signedOut.value = true;
    return;
  }
  me.value = await call("GET /me", {});
}

/** `Chrome on Linux`, as the list of devices shows it until the person names it. */
function browserName(): string {
  const agent = navigator.userAgent;
  const browser = ["Edg", "Firefox", "Chrome", "Safari"].find((name) => agent.includes(name)) ?? "Browser";
  const system = ["Android", "iPhone", "iPad", "Mac", "Windows", "Linux"].find((name) => agent.includes(name));
  return `${browser === "Edg" ? "Edge" : browser}${system === undefined ? "" : ` on ${system}`}`;
}
