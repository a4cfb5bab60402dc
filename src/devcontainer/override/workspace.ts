import { posix } from "node:path";
import { cloneName, treeRoot } from "../compose/tree-root.ts";
import { readVolume } from "../compose/volume.ts";
import { isObject } from "../source/json.ts";
import { list, strings } from "../judge/judge-config.ts";
import { clonePath, splitOutsideVariables } from "../judge/judge-mount.ts";
import { parseRunArgs } from "../judge/parse-run-args.ts";
import { mountText, parseMount } from "./mount-text.ts";
import { isWithin } from "../source/tree-path.ts";
import type { DevcontainerPlan, Json, JsonObject } from "../types.ts";

/** The paths of a session's work in its dev container. */
export interface Workspace {
  /** the workspace folder, absolute; only the variable for the folder's name is replaced */
  folder: string;
  /** where cowork has to mount the clone; undefined if the project's configuration mounts it */
  mount?: string;
  /** path of the clone's root in the container, if it is known */
  clone?: string;
  /** name of the clone's folder below a mounted parent folder (`../..:/workspaces`) */
  name: string;
}

type Planned = Pick<DevcontainerPlan, "config" | "subfolder"> & {
  compose?: Pick<NonNullable<DevcontainerPlan["compose"]>, "canonical" | "service"> | undefined;
};

const root = "/workspaces";

/**
 * Plain `devcontainer up` mounts the project at `/workspaces/<name of its folder>`, and configurations rely on that path in
 * workspaceFolder, in targets of volumes and in Dockerfiles. So a session's clone is mounted there, too, under the project's name
 * and not its own. If workspaceFolder has another name in it, the clone is mounted under that. Pure.
 * @param folder name of the project's root folder, unchanged
 */
export function planWorkspace(plan: Planned, folder: string): Workspace {
  const name = insideName(folder);
  const config = withFolderName(plan, name);
  const given = textOr(config["workspaceFolder"]);
  if (plan.compose !== undefined) return composeWorkspace(plan, { name, given });
  const { workspaceMount } = config;
  if (typeof workspaceMount === "string") {
    const explicit = parseMount(workspaceMount);
    const clone = explicit !== undefined && clonePath(explicit.source) === "" ? cleanPath(explicit.target) : undefined;
    return { folder: given ?? below(name, plan.subfolder), name, ...(clone === undefined ? {} : { clone }) };
  }
  const covered = given !== undefined && mountTargets(config).some((target) => isWithin(given, target));
  const spelled = given === undefined || covered ? undefined : firstBelow(given, root);
  const mount = `${root}/${spelled ?? name}`;
  return { folder: given ?? below(name, plan.subfolder), mount, clone: mount, name };
}

/**
 * Returns the workspace folder of one session. Older sessions had their clone at `/workspaces/{id}`. They keep that path if the
 * configuration does not name one, because the agent finds its conversations by the folder.
 */
export function sessionFolder({ config, compose, subfolder }: Planned, { folder }: Workspace, former?: string): string {
  const isOurs =
    compose === undefined && [config["workspaceFolder"], config["workspaceMount"]].every((one) => one === undefined);
  return isOurs && former !== undefined ? posix.join(former, subfolder ?? "") : folder;
}

/**
 * Returns the configuration with `${localWorkspaceFolderBasename}` replaced by the name of the project's folder, as with plain
 * `devcontainer up`. The clone's own folder is named after the session.
 * @param name from `planWorkspace`, or the unchanged name of the folder
 */
export function withFolderName({ config, subfolder }: Pick<Planned, "config" | "subfolder">, name: string): JsonObject {
  return putFolderName(config, folderName(name, subfolder)) as JsonObject;
}

/** Returns the value of `${localWorkspaceFolderBasename}`. */
export function folderName(folder: string, subfolder: string | undefined): string {
  return subfolder === undefined ? insideName(folder) : posix.basename(subfolder);
}

function putFolderName(value: Json, name: string): Json {
  if (typeof value === "string") return value.replaceAll(/\$\{localWorkspaceFolderBasename(?::[^}]*)?\}/g, () => name);
  if (Array.isArray(value)) return value.map((one) => putFolderName(one, name));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, putFolderName(one, name)]));
}

/** Replaces characters that have a meaning in a mount or in a Compose volume. */
function insideName(folder: string): string {
  return folder.replaceAll(/[,:"'`$\\{}\p{Cc}]/gu, "-");
}

function below(name: string, subfolder: string | undefined): string {
  return posix.join(root, name, subfolder ?? "");
}

function textOr(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Returns `shop` for `/workspaces/shop/web`, or undefined if the path is not below the folder, or has a variable there. */
function firstBelow(path: string, folder: string): string | undefined {
  const clean = posix.normalize(path);
  if (!clean.startsWith(`${folder}/`)) return undefined;
  const [first = ""] = clean.slice(folder.length + 1).split("/");
  return first === "" || first !== insideName(first) ? undefined : first;
}

/** Returns the absolute paths that the configuration mounts something at. */
function mountTargets(config: JsonObject): string[] {
  const { groups } = parseRunArgs(strings(config["runArgs"]));
  const args = groups.flatMap((group) => group.args);
  const values = (name: string): string[] => args.filter((arg) => arg.name === name).map(({ value = "" }) => value);
  const targets = [
    ...[...list(config["mounts"]).map(mountText), ...values("mount")].map((text) => parseMount(text)?.target),
    ...values("volume").map((text) => {
      const [first = "", second] = splitOutsideVariables(text);
      return second ?? first;
    }),
  ];
  return targets.flatMap((target) => (target === undefined || target === "" ? [] : [cleanPath(target)]));
}

function cleanPath(path: string): string {
  return posix.normalize(path).replace(/(.)\/+$/, "$1");
}

/** In Compose, the project's own volumes determine where the clone is. */
function composeWorkspace(plan: Planned, { name, given }: { name: string; given: string | undefined }): Workspace {
  const canonical = plan.compose?.canonical["services"];
  const own = isObject(canonical) ? canonical[plan.compose?.service ?? ""] : undefined;
  const volumes = list(isObject(own) ? own["volumes"] : undefined).flatMap((volume) => readVolume(volume) ?? []);
  // `../..:/workspaces`: the clone is below it, under the name that the workspace folder has.
  const parents = volumes.filter(({ target }) => target.endsWith(`/${cloneName}`));
  const called =
    given === undefined
      ? undefined
      : parents
          .map(({ target }) => firstBelow(given, cleanPath(target.slice(0, -cloneName.length))))
          .find((one) => one !== undefined);
  const mounted = volumes.find(({ type, source }) => type === "bind" && source === treeRoot)?.target;
  const clone = mounted === undefined ? undefined : cleanPath(mounted.replaceAll(cloneName, () => called ?? name));
  const place = { name: called ?? name, ...(clone === undefined ? {} : { clone }) };
  if (given === undefined || called !== undefined) return { folder: given ?? "/", ...place };
  const usesName = textOr(plan.config["workspaceFolder"])?.includes("${localWorkspaceFolderBasename");
  const isThere = volumes.some(({ target }) => isWithin(given, cleanPath(target)));
  // The volumes have a fixed name in them, and this checkout has another one.
  return { folder: usesName === true && !isThere && clone !== undefined ? clone : given, ...place };
}
