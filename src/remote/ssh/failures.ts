import { CoworkError } from "../../errors.ts";
import { errorCode } from "../../system/files/open-folder.ts";
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

/** Any error on the way to a host, as one that a user can act on. */
export function unreachable(host: HostOptions, cause: unknown): CoworkError {
  if (cause instanceof CoworkError) return cause;
  const { text, hint = `see what \`ssh -v ${host.typed}\` says` } = reason(cause);
  return new CoworkError("HOST_UNREACHABLE", `${nameOf(host)} cannot be reached: ${text}.`, { hint, cause });
}

/** An error of a connection that stood. */
export function broken(host: HostOptions, cause: unknown): CoworkError {
  if (cause instanceof CoworkError) return cause;
  const message = `The connection to ${nameOf(host).replace(/^Host /, "")} is gone: ${reason(cause).text}.`;
  return new CoworkError("HOST_UNREACHABLE", message, { hint: "run the same command again", cause });
}

// What ssh2 says, in words that say more.
const inWords: readonly (readonly [RegExp, string])[] = [
  [/^Keepalive timeout/, "it does not answer any more"],
  [/^Connection lost before handshake/, "it closed the connection at once"],
  [/no matching (.+)$/, "its sshd and cowork have no $1 in common"],
  [/^(Invalid header|Header line too long|Max greeting|Invalid identification)/, "what answers there is no SSH server"],
];

function reason(cause: unknown): { text: string; hint?: string } {
  const known = why[errorCode(cause) ?? ""];
  if (known !== undefined) return known;
  const said = plain(cause instanceof Error ? cause.message : String(cause)).slice(0, 300);
  for (const [pattern, words] of inWords) {
    const found = pattern.exec(said);
    if (found !== null) return { text: words.replace("$1", found[1] ?? "") };
  }
  return { text: said.replace(/\.+$/, "") || "it does not say why" };
}
