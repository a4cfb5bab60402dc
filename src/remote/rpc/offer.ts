import { prettifyError, type core } from "zod/mini";
import type { Calls, Functions, Inputs } from "../../contract/remote/rpc.ts";
import { CoworkError } from "../../errors.ts";
import type { Offered } from "./peer.ts";

/** Wraps functions for a peer: arguments are validated before a function is called. */
export function offer<T extends Calls>(calls: T, functions: Functions<T>): Offered {
  const names: (keyof T & string)[] = Object.keys(calls);
  return Object.fromEntries(names.map((name) => [name, checked(calls, functions, name)]));
}

function checked<T extends Calls>(
  calls: T,
  functions: Functions<T>,
  name: keyof T & string,
): (...args: unknown[]) => unknown {
  return (...args) => functions[name](...readArguments(calls, name, args));
}

/** @throws REQUEST_INVALID */
export function readArguments<T extends Calls, M extends keyof T & string>(
  calls: T,
  name: M,
  args: unknown,
): Inputs<T>[M] {
  const found = calls[name]?.input.safeParse(args);
  if (found?.success === true) return found.data as Inputs<T>[M];
  throw requestInvalid(name, found?.error);
}

export function requestInvalid(name: string, error?: core.$ZodError): CoworkError {
  return new CoworkError("REQUEST_INVALID", `The request for ${name} has an unexpected form.`, {
    hint: "run the same command again with --verbose; the other side may run another version of cowork",
    ...(error === undefined ? {} : { detail: prettifyError(error) }),
  });
}
