import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { isObject } from "./json.ts";
import type { Json, JsonObject } from "../types.ts";

/**
 * A configuration for one part of the repository, as one of the whole: what an editor that opens that folder alone would take for
 * the local workspace folder is a folder of the clone. Pure; to be done before anything is judged.
 * @throws DEVCONTAINER_INVALID for a folder whose name means something else in a mount
 */
export function inSubfolder(config: JsonObject, subfolder: string | undefined): JsonObject {
  if (subfolder === undefined) return config;
  if (/[,:"'`$\\{}\p{Cc}]/u.test(subfolder)) {
    throw new CoworkError("DEVCONTAINER_INVALID", `${plain(subfolder)} cannot be the folder of a dev container.`, {
      hint: "name the folder without punctuation that mounts are written with",
    });
  }
  return put(config, (text) =>
    text.replaceAll(/\$\{localWorkspaceFolder(?::[^}]*)?\}/g, (variable) => `${variable}/${subfolder}`),
  ) as JsonObject;
}

function put(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((one) => put(one, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, put(one, change)]));
}
