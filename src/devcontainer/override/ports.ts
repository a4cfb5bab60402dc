import { splitOutsideVariables } from "../judge/judge-mount.ts";

/**
 * Publishes a port on 127.0.0.1 and lets the engine pick the host's port: `8080:80`, `0.0.0.0:80:80/udp`, `[::1]:80:80` and `80`
 * all become `127.0.0.1::80`. So sessions of one project can run in parallel, and no port is open to the network.
 * @param text as in `docker run --publish` and Compose's short form
 */
export function localPort(text: string): string {
  const container = splitOutsideVariables(text).at(-1) ?? text;
  return `127.0.0.1::${container}`;
}

/**
 * Is it of the form `[address:][host:]container[/protocol]`? Docker also parses fields: `published=80,target=80` opens a port on
 * all addresses, whatever comes before it.
 */
export function isPlainPort(text: string): boolean {
  const [container = "", ...host] = splitOutsideVariables(text).toReversed();
  const isPort = /^\d+(-\d+)?(\/(tcp|udp|sctp))?$/.test(container);
  return isPort && host.every((part) => /^([[\]\w.*-]|\$\{[^{}]*\})*$/.test(part));
}

/** Returns the ports of `appPort`: a number, a text like the one of `--publish`, or a list of both. */
export function listPorts(appPort: unknown): string[] {
  const ports: unknown[] = Array.isArray(appPort)
    ? appPort
    : appPort === undefined || appPort === null
      ? []
      : [appPort];
  return ports.map(String);
}
