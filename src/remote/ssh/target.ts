import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";

/** The parts of a destination for ssh. */
export interface Place {
  user: string | undefined;
  /** an alias, a host name or an address; IPv6 without brackets */
  host: string;
  port: number | undefined;
}

// Characters that OpenSSH refuses on the command line, because a `ProxyCommand` with `%h` passes the name to a shell.
const badInHost = /^-|['"`$\\;&<>|(){}\s\p{Cc}]/u;
const badInUser = /^-|['"`;&<>|(){}$\s\p{Cc}]|\\$/u;

/** @throws USAGE for an invalid destination, or one that a program could mistake for an option or a command */
export function parseDestination(destination: string): Place {
  const place = takeApart(destination);
  if (place === undefined || badInHost.test(place.host) || badInUser.test(place.user ?? "")) {
    throw new CoworkError("USAGE", `'${plain(destination)}' is not a valid destination for ssh.`, {
      hint: "use the form machine, user@machine, ssh://user@machine:port, or an alias from ~/.ssh/config",
    });
  }
  return place;
}

/** Parses a host of `ProxyJump`, where `ssh://` is optional before a port. */
export function parseJump(jump: string): Place {
  return parseDestination(jump.startsWith("ssh://") ? jump : `ssh://${jump}`);
}

/** The destination as arguments of `ssh`. */
export function typedOf({ user, host, port }: Place): string {
  return `${port === undefined ? "" : `-p ${port} `}${user === undefined ? "" : `${plain(user)}@`}${plain(host)}`;
}

function takeApart(destination: string): Place | undefined {
  const isUrl = destination.startsWith("ssh://");
  const rest = isUrl ? destination.slice("ssh://".length).replace(/\/$/, "") : destination;
  const at = rest.lastIndexOf("@");
  const user = at === -1 ? undefined : rest.slice(0, at);
  const { host, port } = isUrl ? withPort(rest.slice(at + 1)) : { host: rest.slice(at + 1), port: undefined };
  if (host === "" || user === "" || (port !== undefined && (port < 1 || port > 65_535))) return undefined;
  return { user: user === undefined || !isUrl ? user : decode(user), host, port };
}

function withPort(text: string): { host: string; port: number | undefined } {
  const [, bracketed, digits] = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(text) ?? [];
  if (bracketed !== undefined) return { host: bracketed, port: digits === undefined ? undefined : Number(digits) };
  const [, name, port] = /^([^:]*):(\d{1,5})$/.exec(text) ?? [];
  return name === undefined ? { host: text, port: undefined } : { host: name, port: Number(port) };
}

function decode(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}
