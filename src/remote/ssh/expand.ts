import { join } from "node:path";

/** Values of the tokens in ssh's configuration. */
export interface Tokens {
  home: string;
  localUser: string;
  localHost: string;
  uid: number;
  /** the name that the user gave */
  alias: string;
  hostname: string;
  port: number;
  user: string;
  hostKeyAlias: string | undefined;
  jump: string | undefined;
}

/** Expands `%h` and the like; unknown tokens are kept. */
export function expandTokens(text: string, tokens: Tokens): string {
  const values: Record<string, string> = {
    "%": "%",
    d: tokens.home,
    h: tokens.hostname,
    i: String(tokens.uid),
    j: tokens.jump ?? "",
    k: tokens.hostKeyAlias ?? tokens.alias,
    L: tokens.localHost.split(".")[0] ?? "",
    l: tokens.localHost,
    n: tokens.alias,
    p: String(tokens.port),
    r: tokens.user,
    u: tokens.localUser,
  };
  return text.replaceAll(/%(.)/g, (whole, letter: string) => values[letter] ?? whole);
}

/** Expands a path of ssh's configuration: `~`, `${VARIABLE}` and tokens. Relative paths are below the home folder. */
export function expandPath(text: string, tokens: Tokens, env: Readonly<Record<string, string | undefined>>): string {
  const withValues = expandTokens(text, tokens).replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => env[name] ?? "");
  if (withValues === "~") return tokens.home;
  if (withValues.startsWith("~/")) return join(tokens.home, withValues.slice(2));
  return withValues.startsWith("/") ? withValues : join(tokens.home, withValues);
}
