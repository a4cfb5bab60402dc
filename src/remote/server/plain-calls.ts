import { hostCalls, type HostCalls, type HostInputs, type HostMethod, type HostOutputs } from "../../contract/rpc.ts";
import { readArguments, requestInvalid } from "../rpc/offer.ts";

/** A call of the host's part that came as data: by name, with its arguments checked. */
export async function callHost(host: HostCalls, method: unknown, args: unknown): Promise<HostOutputs[HostMethod]> {
  const name = hostMethod(method);
  return await call(host, name, readArguments(hostCalls, name, args));
}

/** @throws REQUEST_INVALID for a name that no function has */
export function hostMethod(method: unknown): HostMethod {
  if (typeof method === "string" && Object.hasOwn(hostCalls, method)) return method as HostMethod;
  throw requestInvalid("a function that there is not");
}

async function call<M extends HostMethod>(host: HostCalls, name: M, args: HostInputs[M]): Promise<HostOutputs[M]> {
  return await host[name](...args);
}
