import { plain } from "../../system/text.ts";
import { list, strings } from "../judge/judge-config.ts";
import { besideFolder } from "./beside.ts";
import { besideClonePath, clonePath, isVolumeName, splitOutsideVariables } from "../judge/judge-mount.ts";
import { parseRunArgs, renderRunArg, type RunArg } from "../judge/parse-run-args.ts";
import { mountText, parseMount, quoteField, renderMount, type MountFields } from "./mount-text.ts";
import { listPorts, localPort } from "./ports.ts";
import type { JsonObject } from "../types.ts";

/** What replaces the names and folders that the project has chosen for a single container. */
export interface Ownership {
  /** prefix of the volumes' names, as Compose does it: `{project}_{volume}` */
  composeProject: string;
  /** labels of the volumes that the engine makes */
  labels: Readonly<Record<string, string>>;
  /** absolute path of the session's folder that replaces folders outside the project */
  beside: string;
}

/**
 * Rewrites everything that would keep sessions of one config from running in parallel, or cowork from stopping and starting a
 * session:
 * - `--name` is removed, because names are unique within an engine;
 * - published ports (`-p`, `appPort`) become `127.0.0.1` with a port that the engine picks;
 * - named volumes become the session's own, unless their name has `${devcontainerId}`, which is the session's already;
 * - `--rm` and `--restart` are removed, because cowork stops and starts containers, and binds are checked before each start;
 * - labels by which cowork, the CLI and Compose find containers are removed;
 * - a `workspaceMount` of a volume becomes the clone, because work must be there;
 * - a mount of the project's parent folder becomes a mount of the clone alone, at the path where it would be;
 * - a mount of any other folder outside the project becomes a mount of a folder of the session;
 * - sources in the clone are written as the engine reads them, without `..`.
 * @returns the config with everything else unchanged, and one line for each change
 */
export function rewriteConfig(config: JsonObject, own: Ownership): { config: JsonObject; changes: string[] } {
  const changes = new Set<string>();
  const addChange = (line: string): void => void changes.add(plain(line));
  const result: JsonObject = { ...config };
  if (config["runArgs"] !== undefined) result["runArgs"] = rewriteRunArgs(strings(config["runArgs"]), own, addChange);
  const ports = listPorts(config["appPort"]);
  if (ports.length > 0) {
    result["appPort"] = ports.map((port) => publishLocally("appPort", port, addChange));
  }
  if (config["mounts"] !== undefined) {
    result["mounts"] = list(config["mounts"]).map(
      (mount) => ownMount(mountText(mount), "mounts", own, addChange) ?? mount,
    );
  }
  const { workspaceMount } = config;
  if (typeof workspaceMount === "string" && parseMount(workspaceMount)?.type === "bind") {
    result["workspaceMount"] = ownMount(workspaceMount, "workspaceMount", own, addChange) ?? workspaceMount;
  }
  const workspace = workspaceOfVolume(workspaceMount);
  if (workspace !== undefined) {
    result["workspaceMount"] = renderMount({
      ...workspace,
      type: "bind",
      source: "${localWorkspaceFolder}",
      rest: new Map(),
    });
    addChange(
      `workspaceMount: the volume ${workspace.source} is replaced by the session's clone, mounted at ${workspace.target}`,
    );
  }
  return { config: result, changes: [...changes] };
}

type AddChange = (line: string) => void;

function rewriteRunArgs(words: string[], own: Ownership, addChange: AddChange): string[] {
  const { groups, rest } = parseRunArgs(words);
  const written = groups.flatMap(({ raw, args }) => {
    const now = args.map((arg) => rewriteArg(arg, own, addChange));
    return now.every((arg, at) => arg === args[at])
      ? raw
      : now.flatMap((arg) => (arg === undefined ? [] : [renderRunArg(arg)]));
  });
  return [...written, ...rest];
}

/** Returns undefined to remove the option, or the same object to keep it. */
function rewriteArg(arg: RunArg, own: Ownership, addChange: AddChange): RunArg | undefined {
  const { name, value = "" } = arg;
  if (name === "name") {
    addChange(`runArgs: --name ${value} is removed: each session has its own container`);
    return undefined;
  }
  if (name === "rm" || name === "restart") {
    addChange(`runArgs: ${renderRunArg(arg)} is removed: cowork starts and stops the container`);
    return undefined;
  }
  if (name === "label" && isReservedLabel(value)) {
    addChange(`runArgs: --label ${value} is removed: other tools would find the container by it`);
    return undefined;
  }
  if (name === "publish") {
    const port = publishLocally("runArgs", value, addChange);
    return port === value ? arg : { name, value: port };
  }
  if (name === "mount") {
    const mount = ownMount(value, "runArgs", own, addChange);
    return mount === undefined ? arg : { name, value: mount };
  }
  if (name === "volume") {
    const [source = "", target = "", ...modes] = splitOutsideVariables(value);
    const bound =
      target === "" ? undefined : ownBind({ type: "bind", source, target, rest: new Map() }, "runArgs", own, addChange);
    if (bound !== undefined) return { name, value: [bound.source, bound.target, ...modes].join(":") };
    const mount = volumeFlagAsMount(value);
    return mount === undefined
      ? arg
      : { name: "mount", value: renderMount(ownedVolume(mount, "runArgs", own, addChange)) };
  }
  return arg;
}

function publishLocally(where: string, port: string, addChange: AddChange): string {
  const local = localPort(port);
  if (local !== port) addChange(`${where}: port ${port} is published on 127.0.0.1, on a port that the engine picks`);
  return local;
}

/** Returns undefined if it is unchanged. */
function ownMount(text: string, where: string, own: Ownership, addChange: AddChange): string | undefined {
  const mount = parseMount(text);
  if (mount?.type === "bind") {
    const bound = ownBind(mount, where, own, addChange);
    return bound === undefined ? undefined : renderMount(bound, quoteField);
  }
  if (mount?.type !== "volume" || mount.rest.has("external") || !isVolumeName(mount.source)) return undefined;
  return renderMount(ownedVolume(mount, where, own, addChange));
}

/** Returns a bind with the source that a session needs, or undefined if it is unchanged. */
function ownBind(mount: MountFields, where: string, own: Ownership, addChange: AddChange): MountFields | undefined {
  const inside = clonePath(mount.source);
  if (inside !== undefined) {
    const source = inside === "" ? "${localWorkspaceFolder}" : `\${localWorkspaceFolder}/${inside}`;
    return source === mount.source ? undefined : { ...mount, source };
  }
  const beside = besideClonePath(mount.source);
  if (beside === undefined) return undefined;
  if (beside === "..") return onlyClone(mount, where, addChange);
  addChange(
    `${where}: ${beside}, which is outside the project, is replaced by a folder of the session at ${mount.target}`,
  );
  return { ...mount, source: `${own.beside}/${besideFolder(beside)}` };
}

/** Next to a session's clone are other sessions. */
function onlyClone(mount: MountFields, where: string, addChange: AddChange): MountFields {
  addChange(
    `${where}: the parent folder of the project is replaced by the session's clone alone, mounted below ${mount.target}`,
  );
  const target = `${mount.target.replace(/\/+$/, "")}/\${localWorkspaceFolderBasename}`;
  return { ...mount, source: "${localWorkspaceFolder}", target };
}

/** Returns a named volume with the session's name and with labels to find it by. */
export function ownedVolume(mount: MountFields, where: string, own: Ownership, addChange: AddChange): MountFields {
  const rest = new Map(mount.rest);
  // The field `volume-label` is repeated. Only the key of the map has to be unique.
  for (const [key, value] of Object.entries(own.labels)) rest.set(`volume-label=${key}`, value);
  return { ...mount, source: ownName(mount.source, where, own, addChange), rest };
}

function ownName(name: string, where: string, own: Ownership, addChange: AddChange): string {
  if (name.includes("${devcontainerId}")) return name;
  addChange(`${where}: each session has its own volume ${name}`);
  return `${own.composeProject}_${name}`;
}

/** `--volume` cannot set labels on a volume, but the equivalent `--mount` can. Returns undefined if it is not a named volume. */
function volumeFlagAsMount(text: string): MountFields | undefined {
  const [source = "", target = "", options = ""] = splitOutsideVariables(text);
  if (target === "" || !isVolumeName(source)) return undefined;
  const modes = options.split(",");
  const rest = new Map<string, string>();
  if (modes.includes("ro")) rest.set("readonly", "");
  if (modes.includes("nocopy")) rest.set("volume-nocopy", "");
  return { type: "volume", source, target, rest };
}

function workspaceOfVolume(mount: unknown): MountFields | undefined {
  const fields = typeof mount === "string" && mount !== "" ? parseMount(mount) : undefined;
  return fields?.type === "volume" ? fields : undefined;
}

/** Labels that show which tool or session a container belongs to. */
export function isReservedLabel(label: string): boolean {
  return /^(cowork|devcontainer|com\.docker\.compose)\./.test(label);
}

/** Returns the named volumes of a config or of an entry of an image's metadata. */
export function volumeMounts(entry: JsonObject): MountFields[] {
  return list(entry["mounts"]).flatMap((mount) => {
    const fields = parseMount(mountText(mount));
    return fields?.type === "volume" && isVolumeName(fields.source) ? [fields] : [];
  });
}
