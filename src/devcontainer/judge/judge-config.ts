import { isObject } from "../source/json.ts";
import { plain } from "../../system/text.ts";
import { mountText, parseMount } from "../override/mount-text.ts";
import type { Json, JsonObject } from "../types.ts";
import { localVariables } from "../source/variables.ts";
import { isPlainPort, listPorts } from "../override/ports.ts";
import { judgeBuildOptions, judgeCacheSource } from "./judge-build-options.ts";
import { besideClonePath, isCloneParent, judgeMount, unclear } from "./judge-mount.ts";
import { judgeRunArgs } from "./judge-run-args.ts";
import type { Verdict } from "./verdict.ts";

/** Judges what stands in devcontainer.json itself. `initializeCommand` and Compose files are judged where they are read. */
export function judgeConfig(verdict: Verdict, config: JsonObject): void {
  judgeContainerProperties(verdict, config);
  judgeRunArgs(verdict, strings(config["runArgs"]));
  const { workspaceMount, workspaceFolder } = config;
  if (typeof workspaceMount === "string" && workspaceMount !== "") judgeWorkspaceMount(verdict, workspaceMount);
  if (typeof workspaceFolder === "string" && !isPlainPath(workspaceFolder)) {
    verdict.add("workspaceFolder", workspaceFolder, "can change the mounts that name it");
  }
  const { build } = config;
  if (isObject(build)) {
    judgeBuildOptions(verdict, strings(build["options"]));
    for (const from of strings(build["cacheFrom"])) judgeCacheSource(verdict, "build.cacheFrom", from);
  }
  for (const port of listPorts(config["appPort"])) {
    if (!isPlainPort(port)) verdict.add("appPort", port, unclear);
  }
}

/** Work has to lie in the clone: a folder beside it, though it would be the session's own, is no place for it. */
function judgeWorkspaceMount(verdict: Verdict, text: string): void {
  judgeMount(verdict, "workspaceMount", text);
  const source = parseMount(text)?.source ?? "";
  if (besideClonePath(source) !== undefined && !isCloneParent(source)) {
    verdict.add("workspaceMount", text, "puts the workspace beside the session's clone");
  }
}

/** What devcontainer.json and the metadata of images and features have in common. */
export function judgeContainerProperties(verdict: Verdict, config: JsonObject): void {
  const { privileged, capAdd, securityOpt, mounts, containerUser, containerEnv, hostRequirements } = config;
  if (privileged !== undefined && privileged !== false) {
    verdict.add("privileged", "privileged", "gives the container the host: all devices, all rights");
  }
  judgeRunArgs(
    verdict,
    strings(capAdd).map((one) => `--cap-add=${one}`),
    "capAdd",
  );
  judgeRunArgs(
    verdict,
    strings(securityOpt).map((one) => `--security-opt=${one}`),
    "securityOpt",
  );
  for (const mount of list(mounts)) judgeMount(verdict, "mounts", mountText(mount));
  // These two go into a Compose file as they stand.
  if (
    containerUser !== undefined &&
    !(typeof containerUser === "string" && /^[\w.-]*(:[\w.-]+)?$/.test(containerUser))
  ) {
    verdict.add("containerUser", textOf(containerUser), "is no name of a user, so it may be read as something else");
  }
  for (const name of Object.keys(isObject(containerEnv) ? containerEnv : {})) {
    if (!/^[\w.-]+$/.test(name))
      verdict.add("containerEnv", name, "is no name of a variable, so it may be read as something else");
  }
  if (isObject(hostRequirements) && hostRequirements["gpu"] !== undefined && hostRequirements["gpu"] !== false) {
    verdict.add(
      "hostRequirements.gpu",
      textOf(hostRequirements["gpu"]),
      "gives the container the host's graphics cards",
    );
  }
  const { customizations: _, initializeCommand: __, ...substituted } = config;
  for (const { where, text, name } of localVariables(substituted)) {
    verdict.add(where, text, `takes the variable ${plain(name)} of this machine`);
  }
}

/** A path that stays one field of a mount, whatever is put in for its variables. */
function isPlainPath(path: string): boolean {
  return /^[^,:"$\p{Cc}]*$/u.test(path.replace(/\$\{(localWorkspaceFolderBasename|devcontainerId)\}/g, ""));
}

export function list(json: Json | undefined): Json[] {
  return Array.isArray(json) ? json : json === undefined || json === null ? [] : [json];
}

/** A text or a list of texts; everything else as JSON, so that it fits no allow-list. */
export function strings(json: Json | undefined): string[] {
  return list(json).map(textOf);
}

export function textOf(json: Json): string {
  return typeof json === "string" ? json : JSON.stringify(json);
}
