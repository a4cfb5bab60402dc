import { type Setting, splitKey } from "../git/git-config.ts";

/** Names of the remotes that the clone gets: those with a URL that can be used inside. */
export function keptRemotes(config: readonly [string, string][], origin: string | undefined): Set<string> {
  const names = new Set<string>(origin === undefined ? [] : ["origin"]);
  for (const [key] of config) {
    const { section, sub, name } = splitKey(key);
    if (section === "remote" && sub !== undefined && name === "url" && sub !== "origin") names.add(sub);
  }
  return names;
}

/** Settings of the remotes, origin first. Names and values are bytes in strings (latin1), as in git's configuration file. */
export function planRemotes(config: readonly [string, string][], origin: string | undefined): Setting[] {
  const settings: Setting[] = [];
  for (const remote of keptRemotes(config, origin)) {
    const own = config.flatMap(([key, value]) => {
      const { section, sub, name } = splitKey(key);
      return section === "remote" && sub === remote ? [[name, value] as const] : [];
    });
    const urls = own.flatMap(([name, value]) => (name === "url" ? [value] : []));
    // A partial clone keeps fetching missing objects from its origin.
    const others = own.filter(([name]) => name !== "url");
    const from = remote === "origin" && origin !== undefined ? [origin, ...urls.slice(1)] : urls;
    const add = (name: string, value: string): number => settings.push(["remote", latin1(remote), name, latin1(value)]);
    for (const url of from) add("url", url);
    add("fetch", `+refs/heads/*:refs/remotes/${remote}/*`);
    for (const [name, value] of others) add(name, value);
  }
  const [, target] = config.findLast(([key]) => key === "remote.pushdefault") ?? [];
  if (target !== undefined && keptRemotes(config, origin).has(target))
    settings.push(["remote", undefined, "pushDefault", latin1(target)]);
  return settings;
}

export function latin1(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
