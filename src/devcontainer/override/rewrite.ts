import { plain } from "../../system/text.ts";
import { list, strings } from "../judge/judge-config.ts";
import { besideFolder } from "./beside.ts";
import { besideClonePath, clonePath, isVolumeName, splitOutsideVariables } from "../judge/judge-mount.ts";
import { parseRunArgs, renderRunArg, type RunArg } from "../judge/parse-run-args.ts";
import { mountText, parseMount, quoteField, renderMount, type MountFields } from "./mount-text.ts";
import { listPorts, localPort } from "./ports.ts";
import type { JsonObject } from "../types.ts";

/** What makes a session's own out of what the project named for one container. */
export interface Ownership {
  /** stands before the names of volumes: Compose's own way, `{project}_{volume}` */
  composeProject: string;
  /** labels of the volumes that the engine makes */
  labels: Readonly<Record<string, string>>;
  /** absolute path of the session's folder for what the project mounts from beside itself */
  beside: string;
}

/**
 * Rewrites what would keep several sessions of one config from running side by side, or a session from being stopped and
 * started by cowork:
 * - `--name` goes: one engine knows a name once;
 * - published ports (`-p`, `appPort`) become `127.0.0.1` with a port that the engine picks;
 * - named volumes become the session's own, unless their name holds `${devcontainerId}`, which is the session's already;
 * - `--rm` and `--restart` go: cowork stops and starts containers, and binds are checked before each start;
 * - labels that cowork, the CLI and Compose find containers by go;
 * - a `workspaceMount` of a volume becomes the clone: work must lie there;
 * - a mount of the folder that the project lies in becomes one of the clone alone, where it would be found;
 * - a mount of anything else beside the project becomes one of a folder of the session's own;
 * - sources in the clone are written as the engine reads them, without `..`.
 * @returns the config with everything else as it was, and one line for each change
 */
export function rewriteConfig(config: JsonObject, own: Ownership): { config: JsonObject; changes: string[] } {
  const changes = new Set<string>();
  const say = (line: string): void => void changes.add(plain(line));
  const result: JsonObject = { ...config };
  if (config["runArgs"] !== undefined) result["runArgs"] = rewriteRunArgs(strings(config["runArgs"]), own, say);
  const ports = listPorts(config["appPort"]);
  if (ports.length > 0) {
    result["appPort"] = ports.map((port) => sayPort("appPort", port, say));
  }
  if (config["mounts"] !== undefined) {
    result["mounts"] = list(config["mounts"]).map((mount) => ownMount(mountText(mount), "mounts", own, say) ?? mount);
  }
  const { workspaceMount } = config;
  if (typeof workspaceMount === "string" && parseMount(workspaceMount)?.type === "bind") {
    result["workspaceMount"] = ownMount(workspaceMount, "workspaceMount", own, say) ?? workspaceMount;
  }
  const workspace = workspaceOfVolume(workspaceMount);
  if (workspace !== undefined) {
    result["workspaceMount"] = renderMount({
      ...workspace,
      type: "bind",
      source: "${localWorkspaceFolder}",
      rest: new Map(),
    });
    say(
      `workspaceMount: the session's clone is mounted at ${workspace.target} in place of the volume ${workspace.source}`,
    );
  }
  return { config: result, changes: [...changes] };
}

type Say = (line: string) => void;

function rewriteRunArgs(words: string[], own: Ownership, say: Say): string[] {
  const { groups, rest } = parseRunArgs(words);
  const written = groups.flatMap(({ raw, args }) => {
    const now = args.map((arg) => rewriteArg(arg, own, say));
    return now.every((arg, at) => arg === args[at])
      ? raw
      : now.flatMap((arg) => (arg === undefined ? [] : [renderRunArg(arg)]));
  });
  return [...written, ...rest];
}

/** undefined: it goes; the same object: it stays. */
function rewriteArg(arg: RunArg, own: Ownership, say: Say): RunArg | undefined {
  const { name, value = "" } = arg;
  if (name === "name") {
    say(`runArgs: --name ${value} is left out: every session has a container of its own`);
    return undefined;
  }
  if (name === "rm" || name === "restart") {
    say(`runArgs: ${renderRunArg(arg)} is left out: cowork starts and stops the container`);
    return undefined;
  }
  if (name === "label" && isReservedLabel(value)) {
    say(`runArgs: --label ${value} is left out: it belongs to the tools that find the container by it`);
    return undefined;
  }
  if (name === "publish") {
    const port = sayPort("runArgs", value, say);
    return port === value ? arg : { name, value: port };
  }
  if (name === "mount") {
    const mount = ownMount(value, "runArgs", own, say);
    return mount === undefined ? arg : { name, value: mount };
  }
  if (name === "volume") {
    const [source = "", target = "", ...modes] = splitOutsideVariables(value);
    const bound =
      target === "" ? undefined : ownBind({ type: "bind", source, target, rest: new Map() }, "runArgs", own, say);
    if (bound !== undefined) return { name, value: [bound.source, bound.target, ...modes].join(":") };
    const mount = volumeFlagAsMount(value);
    return mount === undefined ? arg : { name: "mount", value: renderMount(ownedVolume(mount, "runArgs", own, say)) };
  }
  return arg;
}

function sayPort(where: string, port: string, say: Say): string {
  const local = localPort(port);
  if (local !== port) say(`${where}: port ${port} is published on 127.0.0.1 with a port that the engine picks`);
  return local;
}

/** undefined: it stays as it is. */
function ownMount(text: string, where: string, own: Ownership, say: Say): string | undefined {
  const mount = parseMount(text);
  if (mount?.type === "bind") {
    const bound = ownBind(mount, where, own, say);
    return bound === undefined ? undefined : renderMount(bound, quoteField);
  }
  if (mount?.type !== "volume" || mount.rest.has("external") || !isVolumeName(mount.source)) return undefined;
  return renderMount(ownedVolume(mount, where, own, say));
}

/** A bind whose source has to be another one in a session; undefined: it stays as it is. */
function ownBind(mount: MountFields, where: string, own: Ownership, say: Say): MountFields | undefined {
  const inside = clonePath(mount.source);
  if (inside !== undefined) {
    const source = inside === "" ? "${localWorkspaceFolder}" : `\${localWorkspaceFolder}/${inside}`;
    return source === mount.source ? undefined : { ...mount, source };
  }
  const beside = besideClonePath(mount.source);
  if (beside === undefined) return undefined;
  if (beside === "..") return onlyClone(mount, where, say);
  say(`${where}: ${beside}, which lies beside the project, is a folder of the session's own at ${mount.target}`);
  return { ...mount, source: `${own.beside}/${besideFolder(beside)}` };
}

/** Beside a session's clone lie other sessions. */
function onlyClone(mount: MountFields, where: string, say: Say): MountFields {
  say(`${where}: of the folder that holds the project only the session's clone is mounted, below ${mount.target}`);
  const target = `${mount.target.replace(/\/+$/, "")}/\${localWorkspaceFolderBasename}`;
  return { ...mount, source: "${localWorkspaceFolder}", target };
}

/** A named volume as the session's own: its name, and labels to find it by. */
export function ownedVolume(mount: MountFields, where: string, own: Ownership, say: Say): MountFields {
  const rest = new Map(mount.rest);
  // The same field more than once: the name is only there to tell the entries of the map apart.
  for (const [key, value] of Object.entries(own.labels)) rest.set(`volume-label=${key}`, value);
  return { ...mount, source: ownName(mount.source, where, own, say), rest };
}

function ownName(name: string, where: string, own: Ownership, say: Say): string {
  if (name.includes("${devcontainerId}")) return name;
  say(`${where}: the volume ${name} is each session's own`);
  return `${own.composeProject}_${name}`;
}

/** `--volume` cannot give a volume labels; `--mount` says the same and can. undefined: it is no named volume. */
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

/** Labels that say whose a container is. */
export function isReservedLabel(label: string): boolean {
  return /^(cowork|devcontainer|com\.docker\.compose)\./.test(label);
}

/** The named volumes that a config or an entry of an image's metadata brings. */
export function volumeMounts(entry: JsonObject): MountFields[] {
  return list(entry["mounts"]).flatMap((mount) => {
    const fields = parseMount(mountText(mount));
    return fields?.type === "volume" && isVolumeName(fields.source) ? [fields] : [];
  });
}
