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

/** Where a session's work lies in its dev container. */
export interface Workspace {
  /** the workspace folder, absolute; variables other than the folder's name are still in it */
  folder: string;
  /** where cowork has to mount the clone; undefined: the project's configuration mounts it itself */
  mount?: string;
  /** where the clone's root lies in the end, as far as it shows */
  clone?: string;
  /** the name that the clone's folder has below a mounted parent folder (`../..:/workspaces`) */
  name: string;
}

type Planned = Pick<DevcontainerPlan, "config" | "subfolder"> & {
  compose?: Pick<NonNullable<DevcontainerPlan["compose"]>, "canonical" | "service"> | undefined;
};

const root = "/workspaces";

/**
 * Plain `devcontainer up` mounts the project at `/workspaces/<name of its folder>`, and configurations rely on it: literal paths
 * in workspaceFolder, in targets of volumes, in Dockerfiles. So a session's clone lies there too, under the project's name and not
 * under its own. A workspaceFolder that is spelled out under another name is where the clone is mounted. Pure.
 * @param folder name of the project's root folder, as it is
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
 * The workspace folder of one session. One that was made when clones lay at `/workspaces/{id}` keeps that path where the
 * configuration names none: the agent finds its conversations by the folder they were held in.
 */
export function sessionFolder({ config, compose, subfolder }: Planned, { folder }: Workspace, former?: string): string {
  const isOurs =
    compose === undefined && [config["workspaceFolder"], config["workspaceMount"]].every((one) => one === undefined);
  return isOurs && former !== undefined ? posix.join(former, subfolder ?? "") : folder;
}

/**
 * The configuration with `${localWorkspaceFolderBasename}` as plain puts it in: the name of the project's folder. The clone's own
 * folder is named for the session.
 * @param name from `planWorkspace`, or the folder's name as it is
 */
export function withFolderName({ config, subfolder }: Pick<Planned, "config" | "subfolder">, name: string): JsonObject {
  return putFolderName(config, folderName(name, subfolder)) as JsonObject;
}

/** What `${localWorkspaceFolderBasename}` stands for. */
export function folderName(folder: string, subfolder: string | undefined): string {
  return subfolder === undefined ? insideName(folder) : posix.basename(subfolder);
}

function putFolderName(value: Json, name: string): Json {
  if (typeof value === "string") return value.replaceAll(/\$\{localWorkspaceFolderBasename(?::[^}]*)?\}/g, () => name);
  if (Array.isArray(value)) return value.map((one) => putFolderName(one, name));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, putFolderName(one, name)]));
}

/** A name that stays one field of a mount, and one word of a Compose volume. */
function insideName(folder: string): string {
  return folder.replaceAll(/[,:"'`$\\{}\p{Cc}]/gu, "-");
}

function below(name: string, subfolder: string | undefined): string {
  return posix.join(root, name, subfolder ?? "");
}

function textOr(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** `shop` of `/workspaces/shop/web`; undefined where it does not lie below, or holds a variable. */
function firstBelow(path: string, folder: string): string | undefined {
  const clean = posix.normalize(path);
  if (!clean.startsWith(`${folder}/`)) return undefined;
  const [first = ""] = clean.slice(folder.length + 1).split("/");
  return first === "" || first !== insideName(first) ? undefined : first;
}

/** Absolute paths that the configuration mounts something at. */
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

/** In Compose the project's own volumes say where the clone is. */
function composeWorkspace(plan: Planned, { name, given }: { name: string; given: string | undefined }): Workspace {
  const canonical = plan.compose?.canonical["services"];
  const own = isObject(canonical) ? canonical[plan.compose?.service ?? ""] : undefined;
  const volumes = list(isObject(own) ? own["volumes"] : undefined).flatMap((volume) => readVolume(volume) ?? []);
  // `../..:/workspaces`: the clone lies below it under whatever name the workspace folder is spelled with.
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
  // The volumes spell the name out, and this checkout is called otherwise.
  return { folder: usesName === true && !isThere && clone !== undefined ? clone : given, ...place };
}
