import type { Json } from "../types.ts";

const variable = /\$\{(?:localEnv|env):([^:}]+)(?::([^}]*))?\}/g;

/** `${localEnv:NAME}` and `${localEnv:NAME:default}` as @devcontainers/cli replaces them on the host; other `${…}` stay. */
export function expandLocalEnv(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(variable, (_, name: string, fallback: string | undefined) => env[name] ?? fallback ?? "");
}

/** The variables of the host that a piece of configuration names, with their values: an image depends on them. */
export function localEnvOf(value: Json, env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = [...JSON.stringify(value).matchAll(variable)].map(([, name = ""]) => name);
  return Object.fromEntries([...new Set(names)].toSorted().map((name) => [name, env[name] ?? ""]));
}
