import type { Engine } from "./engine.ts";

export const filters = (value: unknown): string => `filters=${encodeURIComponent(JSON.stringify(value))}`;

export interface Versions {
  clientVersion: string | undefined;
  engineVersion: string | undefined;
}

/** Returns what the docker client would print for a query, or undefined if the client has to answer it. */
export async function answerTo(
  engine: Engine,
  args: readonly string[],
  { clientVersion, engineVersion }: Versions,
): Promise<string | undefined> {
  const [first, second, third = "", ...rest] = args;
  const line = args.join(" ");
  if (line === "-v") return clientVersion;
  if (line === "version --format {{.Server.Version}}") return engineVersion;
  const [name] = rest;
  if (first === "inspect" && second === "--type" && name !== undefined && rest.length === 1) {
    if (!/^(?:image|container)$/.test(third)) return undefined;
    const found = await engine.ask(`/${third}s/${encodeURIComponent(name)}/json`);
    return found === undefined ? undefined : `[${found.trim()}]\n`;
  }
  if (first === "ps" && second === "-q" && third === "-a") return await idsWith(engine, rest);
  return undefined;
}

/** `--filter label=… --filter label=…` */
async function idsWith(engine: Engine, words: readonly string[]): Promise<string | undefined> {
  const label: string[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const value = /^label=(.*)$/s.exec(words[at + 1] ?? "")?.[1];
    if (words[at] !== "--filter" || value === undefined) return undefined;
    label.push(value);
  }
  const list = await engine.ask(`/containers/json?all=1&${filters({ label })}`);
  if (list === undefined) return undefined;
  return (JSON.parse(list) as { Id: string }[]).map(({ Id }) => `${Id.slice(0, 12)}\n`).join("");
}
