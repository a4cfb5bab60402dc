import { splitOutsideVariables } from "../judge/judge-mount.ts";

/**
 * A published port, with the host's side left to the engine: `8080:80`, `0.0.0.0:80:80/udp`, `[::1]:80:80`, `80` all become
 * `127.0.0.1::80`. Two sessions of one project can then run side by side, and nothing is open to the network.
 * @param text as `docker run --publish` and Compose's short form read it
 */
export function localPort(text: string): string {
  const container = splitOutsideVariables(text).at(-1) ?? text;
  return `127.0.0.1::${container}`;
}

/**
 * Is it `[address:][host:]container[/protocol]`? Docker reads more: fields as in `published=80,target=80` open a port on all
 * addresses, whatever stands before them.
 */
export function isPlainPort(text: string): boolean {
  const [container = "", ...host] = splitOutsideVariables(text).toReversed();
  const isPort = /^\d+(-\d+)?(\/(tcp|udp|sctp))?$/.test(container);
  return isPort && host.every((part) => /^([[\]\w.*-]|\$\{[^{}]*\})*$/.test(part));
}

/** `appPort`: a number, a text like `--publish`'s, or a list of both. */
export function listPorts(appPort: unknown): string[] {
  const ports: unknown[] = Array.isArray(appPort)
    ? appPort
    : appPort === undefined || appPort === null
      ? []
      : [appPort];
  return ports.map(String);
}
