import { CoworkError } from "../../errors.ts";
import type { HostPart } from "../../session/host-part.ts";

/** Functions of the host's part that take and give plain data and nothing else. */
const plainCalls = [
  "planInit",
  "init",
  "list",
  "status",
  "start",
  "stop",
  "clean",
  "cleanImages",
  "diff",
  "doctor",
  "authStatus",
  "logout",
] as const satisfies (keyof HostPart)[];

export async function callHost(host: HostPart, method: unknown, args: unknown): Promise<unknown> {
  const name = plainCalls.find((one) => one === method);
  if (name === undefined || !Array.isArray(args))
    throw new CoworkError("USAGE", "The host's part has no such function.");
  return await (host[name] as (...args: unknown[]) => Promise<unknown>)(...(args as unknown[]));
}
