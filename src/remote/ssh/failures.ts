import { CoworkError } from "../../errors.ts";
import { errorCode } from "../../system/open-folder.ts";
import { plain } from "../../system/text.ts";
import type { HostOptions } from "./options.ts";

const why: Record<string, { text: string; hint: string }> = {
  ENOTFOUND: { text: "there is no machine of that name", hint: "check the name, and HostName in ~/.ssh/config" },
  EAI_AGAIN: {
    text: "its name could not be looked up",
    hint: "is the network (VPN) up? then run the same command again",
  },
  ECONNREFUSED: { text: "nothing listens there", hint: "is sshd running there, on this port?" },
  EHOSTUNREACH: { text: "there is no way to it", hint: "is the machine on, and the network (VPN) up?" },
  ENETUNREACH: { text: "there is no way to its network", hint: "is the network (VPN) up?" },
  ETIMEDOUT: { text: "it does not answer", hint: "is the machine on, and the network (VPN) up?" },
  ECONNRESET: { text: "it broke the connection", hint: "run the same command again" },
  EPIPE: { text: "it broke the connection", hint: "run the same command again" },
};

/** `machine:port`, for messages */
export function addressOf(host: Pick<HostOptions, "hostname" | "port">): string {
  const name = plain(host.hostname);
  return `${name.includes(":") ? `[${name}]` : name}:${host.port}`;
}

/** How a message names the host: as it was called, and what that stands for. */
export function nameOf(host: Pick<HostOptions, "alias" | "hostname" | "port">): string {
  const address = addressOf(host);
  return host.alias === host.hostname ? `Host ${address}` : `Host ${plain(host.alias)} (${address})`;
}

/** Any error of a connection, as one that a user can act on. */
export function unreachable(host: HostOptions, cause: unknown): CoworkError {
  if (cause instanceof CoworkError) return cause;
  const known = why[errorCode(cause) ?? ""];
  const said = cause instanceof Error ? cause.message : String(cause);
  const text = known?.text ?? sentence(said);
  const hint = known?.hint ?? `see what \`ssh -v ${plain(host.alias)}\` says`;
  return new CoworkError("HOST_UNREACHABLE", `${nameOf(host)} cannot be reached: ${text}.`, { hint, cause });
}

/** As the hint of an error and as an argument: what a person types to go there without cowork. */
export function broken(host: HostOptions, cause: unknown): CoworkError {
  if (cause instanceof CoworkError) return cause;
  const known = why[errorCode(cause) ?? ""];
  const text = known?.text ?? sentence(cause instanceof Error ? cause.message : String(cause));
  return new CoworkError("HOST_UNREACHABLE", `The connection to ${nameOf(host).slice(5)} is gone: ${text}.`, {
    hint: "run the same command again",
    cause,
  });
}

// What ssh2 says, in the words of everybody.
const plainWords: readonly (readonly [RegExp, string])[] = [
  [/^Keepalive timeout/, "it does not answer any more"],
  [/^Connection lost before handshake/, "it closed the connection at once"],
  [/no matching (.+?)(?: algorithm)?$/, "its sshd and cowork have no $1 algorithm in common"],
  [/^(Invalid header|Header line too long|Max greeting|Invalid identification)/, "what answers there is no SSH server"],
];

function sentence(message: string): string {
  const text = plain(message).slice(0, 300).replace(/\.+$/, "");
  for (const [pattern, words] of plainWords)
    if (pattern.test(text)) return text.replace(pattern, words).split(": ").at(-1) ?? words;
  return text === "" ? "no reason is known" : text;
}
