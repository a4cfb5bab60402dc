import type { Login } from "../../../src/agent/types.ts";
import { login } from "../../../src/auth/login.ts";
import { homeId } from "../../../src/system/home-id.ts";
import type { AgentHost } from "../home/agent-context.ts";
import { playTerminal } from "./terminal.ts";
import type { Vendor } from "./vendor.ts";

/** Logs in by device code. The stand-in takes the code as typed. @returns the login and what was shown */
export async function logInByCode(host: AgentHost, vendor: Vendor): Promise<{ login: Login; shown: string }> {
  const terminal = playTerminal();
  const stop = vendor.adoptLogin(homeId(host.ctx.paths));
  const request = { settings: host.settings, image: vendor.image, way: "login" } as const;
  try {
    return { login: await login(host.ctx, host.agent, request, terminal.io), shown: terminal.shown() };
  } finally {
    stop();
  }
}
