import type { Json } from "../types.ts";

/** A variable of this machine's environment that @devcontainers/cli would put into the configuration. */
export interface LocalVariable {
  /** e.g. `remoteEnv.TOKEN` */
  where: string;
  /** e.g. `${localEnv:TOKEN}` */
  text: string;
  name: string;
}

/** As @devcontainers/cli finds them: in every text of the configuration, keys excepted. `env` is an old name for `localEnv`. */
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
