import { usageError } from "../line/usage.ts";

/**
 * A port, also as `127.0.0.1:PORT`.
 * @throws USAGE for every other address: only programs on this machine may reach it
 */
export function readPort(text: string): number {
  const [, address, digits] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  if (address !== undefined && !["127.0.0.1", "localhost"].includes(address))
    throw usageError(
      `cowork serve does not listen on ${address}: it has no TLS, so it listens on this machine's own address only.`,
      "use ssh -L, or a proxy with TLS and PUBLIC_URL",
    );
  const number = Number(digits);
  if (digits !== undefined && number > 0 && number < 65_536) return number;
  throw usageError(`Invalid port ${text}.`, "cowork serve --port 7400");
}
