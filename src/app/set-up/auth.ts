import type { Login } from "../../agent/types.ts";
import type { LogoutResult } from "../../auth/logout.ts";
import type { AuthStatus } from "../../auth/status.ts";
import type { ConnectIo } from "../../session/session-host.ts";
import type { Scope } from "../scope.ts";

/** Runs the agent's own login on the given terminal. Throws NOT_LOGGED_IN, SESSION_BUSY. */
export async function logIn(scope: Scope, options: { longLived: boolean }, io: ConnectIo): Promise<Login> {
  const settings = await scope.settings();
  return await (await scope.host()).login({ settings, ...options }, io);
}

/** The login on the host of new sessions, and the name of that host. */
export async function authStatus(scope: Scope): Promise<AuthStatus & { host: string }> {
  const { agent, host = "local" } = await scope.settings();
  return { ...(await (await scope.host()).authStatus(agent)), agent, host };
}

export async function logOut(scope: Scope): Promise<LogoutResult> {
  const settings = await scope.settings();
  return await (await scope.host()).logout({ settings });
}
