import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { isObject } from "./json.ts";
import type { Json, JsonObject } from "../types.ts";

/**
 * Turns a configuration for a subfolder of the repository into one for the whole repository: the local workspace folder of an
 * editor that opens the subfolder is a folder of the clone. Pure. To be called before anything is judged.
 * @throws DEVCONTAINER_INVALID for a folder whose name has a special meaning in a mount
 */
export function inSubfolder(config: JsonObject, subfolder: string | undefined): JsonObject {
  if (subfolder === undefined) return config;
  if (/[,:"'`$\\{}\p{Cc}]/u.test(subfolder)) {
    throw new CoworkError("DEVCONTAINER_INVALID", `${plain(subfolder)} cannot be the folder of a dev container.`, {
      hint: "rename the folder: its name must not have quotes, commas, colons, $, \\, { or }",
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
