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

/** Judges the properties of devcontainer.json itself. `initializeCommand` and Compose files are judged where they are read. */
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

/** Work has to be in the clone. A folder next to it, even if it belongs to the session, is not the place for it. */
function judgeWorkspaceMount(verdict: Verdict, text: string): void {
  judgeMount(verdict, "workspaceMount", text);
  const source = parseMount(text)?.source ?? "";
  if (besideClonePath(source) !== undefined && !isCloneParent(source)) {
    verdict.add("workspaceMount", text, "puts the workspace outside the session's clone");
  }
}

/** Judges the properties that devcontainer.json and the metadata of images and features have in common. */
export function judgeContainerProperties(verdict: Verdict, config: JsonObject): void {
  const { privileged, capAdd, securityOpt, mounts, containerUser, containerEnv, hostRequirements } = config;
  if (privileged !== undefined && privileged !== false) {
    verdict.add("privileged", "privileged", "gives the container full access to the host");
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
  // These two become part of a Compose file unchanged.
  if (
    containerUser !== undefined &&
    !(typeof containerUser === "string" && /^[\w.-]*(:[\w.-]+)?$/.test(containerUser))
  ) {
    verdict.add(
      "containerUser",
      textOf(containerUser),
      "is not a valid user name, so it may be read as something else",
    );
  }
  for (const name of Object.keys(isObject(containerEnv) ? containerEnv : {})) {
    if (!/^[\w.-]+$/.test(name))
      verdict.add("containerEnv", name, "is not a valid variable name, so it may be read as something else");
  }
  if (isObject(hostRequirements) && hostRequirements["gpu"] !== undefined && hostRequirements["gpu"] !== false) {
    verdict.add(
      "hostRequirements.gpu",
      textOf(hostRequirements["gpu"]),
      "gives the container access to the host's GPUs",
    );
  }
  const { customizations: _, initializeCommand: __, ...substituted } = config;
  for (const { where, text, name } of localVariables(substituted)) {
    verdict.add(where, text, `passes the variable ${plain(name)} of this machine to the container`);
  }
}

/** Is this path one field of a mount, whatever its variables are replaced with? */
function isPlainPath(path: string): boolean {
  return /^[^,:"$\p{Cc}]*$/u.test(path.replace(/\$\{(localWorkspaceFolderBasename|devcontainerId)\}/g, ""));
}

export function list(json: Json | undefined): Json[] {
  return Array.isArray(json) ? json : json === undefined || json === null ? [] : [json];
}

/** Returns a text or a list of texts as a list. Everything else becomes JSON, so that it matches no allow-list. */
export function strings(json: Json | undefined): string[] {
  return list(json).map(textOf);
}

export function textOf(json: Json): string {
  return typeof json === "string" ? json : JSON.stringify(json);
}
