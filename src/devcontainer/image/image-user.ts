import { plain } from "../../system/text.ts";
import { isObject } from "../source/json.ts";
import { strings } from "../judge/judge-config.ts";
import { parseRunArgs } from "../judge/parse-run-args.ts";
import type { DevcontainerPlan, JsonObject } from "../types.ts";

/** `-u` in `runArgs`. Docker uses the last one, and this comes after the one from `containerUser`. */
export function runArgsUser(config: JsonObject): string | undefined {
  const args = parseRunArgs(strings(config["runArgs"])).groups.flatMap((group) => group.args);
  return args.findLast(({ name }) => name === "user")?.value;
}

/** Describes where the configuration names the dev container's user. The order is that of `wantedUser`. */
export function userPlace(
  { config, compose }: Pick<DevcontainerPlan, "config" | "compose">,
  metadata: readonly JsonObject[],
): string {
  const isIn = (object: JsonObject, key: string): boolean => typeof object[key] === "string" && object[key] !== "";
  const ofImage = (key: string): string | undefined => {
    const entry = metadata.findLast((one) => isIn(one, key));
    const { id } = entry ?? {};
    if (entry === undefined) return undefined;
    return typeof id === "string" ? `${key} of the feature ${plain(id)}` : `${key} in the metadata of the image`;
  };
  if (isIn(config, "remoteUser")) return "remoteUser in devcontainer.json";
  const remote = ofImage("remoteUser");
  if (remote !== undefined) return remote;
  if (compose === undefined && runArgsUser(config) !== undefined) return "-u in runArgs of devcontainer.json";
  if (isIn(config, "containerUser")) return "containerUser in devcontainer.json";
  if (isObject(compose) && compose.user !== undefined) return `user of the service ${plain(compose.service)}`;
  return ofImage("containerUser") ?? "USER in the Dockerfile";
}
