import { PassThrough } from "node:stream";
import type { Login } from "../../../../src/agent/types.ts";
import { login } from "../../../../src/auth/login.ts";
import { homeId } from "../../../../src/system/home-id.ts";
import type { AgentHost } from "../../home/agent-context.ts";
import type { Vendor } from "../vendor.ts";

/** Logs in with a token on standard input, without a terminal. */
export async function logInByToken(host: AgentHost, vendor: Vendor, token: string): Promise<Login> {
  const stop = vendor.adoptLogin(homeId(host.ctx.paths));
  const request = { settings: host.settings, image: vendor.image, way: "token" } as const;
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  for (const stream of [stdout, stderr]) stream.resume();
  stdin.end(`${token}\n`);
  try {
    return await login(host.ctx, host.agent, request, { stdin, stdout, stderr });
  } finally {
    stop();
  }
}
