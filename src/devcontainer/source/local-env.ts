import type { Json } from "../types.ts";

const variable = /\$\{(?:localEnv|env):([^:}]+)(?::([^}]*))?\}/g;

/** Replaces `${localEnv:NAME}` and `${localEnv:NAME:default}` as @devcontainers/cli does on the host, and keeps other variables. */
export function expandLocalEnv(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(variable, (_, name: string, fallback: string | undefined) => env[name] ?? fallback ?? "");
}

/** Returns the host's variables that a piece of configuration uses, with their values, because an image depends on them. */
export function localEnvOf(value: Json, env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = [...JSON.stringify(value).matchAll(variable)].map(([, name = ""]) => name);
  return Object.fromEntries([...new Set(names)].toSorted().map((name) => [name, env[name] ?? ""]));
}
