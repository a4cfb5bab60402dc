import { CoworkError } from "../../errors.ts";
import { errorCode } from "../../system/files/open-folder.ts";
import { plain } from "../../system/text.ts";
import type { HostOptions } from "./options.ts";

const why: Record<string, { text: string; hint: string }> = {
  ENOTFOUND: { text: "unknown host name", hint: "check the name, and HostName in ~/.ssh/config" },
  EAI_AGAIN: {
    text: "its name could not be resolved",
    hint: "check that the network (VPN) is up, then run the same command again",
  },
  ECONNREFUSED: { text: "connection refused", hint: "check that sshd is running there, on this port" },
  EHOSTUNREACH: { text: "no route to host", hint: "check that the machine is on and the network (VPN) is up" },
  ENETUNREACH: { text: "network is unreachable", hint: "check that the network (VPN) is up" },
  ETIMEDOUT: { text: "connection timed out", hint: "check that the machine is on and the network (VPN) is up" },
  ECONNRESET: { text: "it closed the connection", hint: "run the same command again" },
  EPIPE: { text: "it closed the connection", hint: "run the same command again" },
};

/** `machine:port`, for messages */
export function addressOf(host: Pick<HostOptions, "hostname" | "port">): string {
  const name = plain(host.hostname);
  return `${name.includes(":") ? `[${name}]` : name}:${host.port}`;
}

/** The host's name for messages: the name that the user gave, and its address. */
export function nameOf(host: Pick<HostOptions, "alias" | "hostname" | "port">): string {
  const address = addressOf(host);
  return host.alias === host.hostname ? `Host ${address}` : `Host ${plain(host.alias)} (${address})`;
}

/** Converts any error while connecting to an error with a next step. */
export function unreachable(host: HostOptions, cause: unknown): CoworkError {
  if (cause instanceof CoworkError) return cause;
  const { text, hint = `check the output of: ssh -v ${host.typed}` } = reason(cause);
  return new CoworkError("HOST_UNREACHABLE", `${nameOf(host)} cannot be reached: ${text}.`, { hint, cause });
}

/** Converts an error of an open connection. */
export function broken(host: HostOptions, cause: unknown): CoworkError {
  if (cause instanceof CoworkError) return cause;
  const message = `The connection to ${nameOf(host).replace(/^Host /, "")} was lost: ${reason(cause).text}.`;
  return new CoworkError("HOST_UNREACHABLE", message, { hint: "run the same command again", cause });
}

// Messages of ssh2, with a better text.
const inWords: readonly (readonly [RegExp, string])[] = [
  [/^Keepalive timeout/, "it no longer answers"],
  [/^Connection lost before handshake/, "it closed the connection at once"],
  [/no matching (.+)$/, "its sshd and cowork have no common $1"],
  [
    /^(Invalid header|Header line too long|Max greeting|Invalid identification)/,
    "the answer is not from an SSH server",
  ],
];

function reason(cause: unknown): { text: string; hint?: string } {
  const known = why[errorCode(cause) ?? ""];
  if (known !== undefined) return known;
  const said = plain(cause instanceof Error ? cause.message : String(cause)).slice(0, 300);
  for (const [pattern, words] of inWords) {
    const found = pattern.exec(said);
    if (found !== null) return { text: words.replace("$1", found[1] ?? "") };
  }
  return { text: said.replace(/\.+$/, "") || "unknown reason" };
}
