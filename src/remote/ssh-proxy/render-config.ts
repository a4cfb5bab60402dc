import { renderEntry, type SshEntry } from "./entries.ts";
import { hostNames } from "./host-names.ts";
import { configPath, proxyCommand } from "./quote.ts";

export interface ConfigPlace {
  /** argv that runs cowork from any folder and environment */
  cowork: readonly string[];
  knownHosts: string;
}

/** Renders the configuration. `Include`d at the top it takes precedence over the user's `Host *`: ssh uses the first value. */
export function renderConfig(entries: readonly SshEntry[], place: ConfigPlace): string {
  const { own, shared } = hostNames(entries);
  const blocks = [
    ...own.map(({ entry, names }) => [
      renderEntry(entry),
      ...(names.length === 0 ? [] : block(names, ["to", entry.host, entry.id], place, entry.user)),
    ]),
    ...shared.map(({ name, instead }) => block([name], ["which", name, ...instead], place)),
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** cowork itself is at the other end of the `ProxyCommand`, so authentication, questions and forwarding are turned off. */
function block(names: readonly string[], words: readonly string[], place: ConfigPlace, user?: string): string[] {
  const lines = [
    ...(user === undefined ? [] : [`User ${user}`]),
    `ProxyCommand ${proxyCommand([...place.cowork, "__ssh", ...words])}`,
    "HostKeyAlias cowork",
    `UserKnownHostsFile ${configPath(place.knownHosts)}`,
    "GlobalKnownHostsFile /dev/null",
    "StrictHostKeyChecking yes",
    "PreferredAuthentications none",
    "IdentityFile none",
    "IdentityAgent none",
    "ForwardAgent no",
    "ForwardX11 no",
  ];
  return [`Host ${names.join(" ")}`, ...lines.map((line) => `  ${line}`)];
}
