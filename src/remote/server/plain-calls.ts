import {
  hostCalls,
  type HostCalls,
  type HostInputs,
  type HostMethod,
  type HostOutputs,
} from "../../contract/remote/rpc.ts";
import { readArguments, requestInvalid } from "../rpc/offer.ts";

/** Calls a function of the session host by name, after validating the arguments. */
export async function callHost(host: HostCalls, method: unknown, args: unknown): Promise<HostOutputs[HostMethod]> {
  const name = hostMethod(method);
  return await call(host, name, readArguments(hostCalls, name, args));
}

/** @throws REQUEST_INVALID for an unknown function */
export function hostMethod(method: unknown): HostMethod {
  if (typeof method === "string" && Object.hasOwn(hostCalls, method)) return method as HostMethod;
  throw requestInvalid("an unknown function");
}

async function call<M extends HostMethod>(host: HostCalls, name: M, args: HostInputs[M]): Promise<HostOutputs[M]> {
  return await host[name](...args);
}
