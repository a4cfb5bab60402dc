import type { Json } from "../types.ts";

/** A variable of this machine's environment that @devcontainers/cli would insert into the configuration. */
export interface LocalVariable {
  /** e.g. `remoteEnv.TOKEN` */
  where: string;
  /** e.g. `${localEnv:TOKEN}` */
  text: string;
  name: string;
}

/**
 * Finds variables as @devcontainers/cli does: in all texts of the configuration, but not in keys. `env` is an old name for
 * `localEnv`.
 */
export function localVariables(json: Json | undefined, where = ""): LocalVariable[] {
  if (typeof json === "string") {
    return [...json.matchAll(/\$\{(?:localEnv|env)(?::([^:}]*)[^}]*)?\}/g)].map(([text, name = ""]) => ({
      where,
      text,
      name,
    }));
  }
  if (Array.isArray(json)) return json.flatMap((one) => localVariables(one, where));
  if (json === null || typeof json !== "object") return [];
  return Object.entries(json).flatMap(([key, one]) => localVariables(one, where === "" ? key : `${where}.${key}`));
}
