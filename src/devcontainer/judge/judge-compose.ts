import { readVolume } from "../compose/volume.ts";
import { locate, unescaped, withoutMarks } from "../compose/tree-root.ts";
import type { Json, JsonObject } from "../types.ts";
import { isObject } from "../source/json.ts";
import { list, textOf } from "./judge-config.ts";
import { isHarmlessLogOption } from "./run-flags.ts";
import { isVolumeName } from "./judge-mount.ts";
import type { Verdict } from "./verdict.ts";

/** Keys of a service that give it nothing of the host. Keys that Compose may support later are findings. */
const harmlessKeys = new Set(
  `attach build cap_drop command container_name cpu_count cpu_percent cpu_quota cpu_period cpu_shares cpus
  cpuset depends_on deploy develop dns dns_opt dns_search domainname entrypoint environment expose extra_hosts healthcheck hostname
  image init labels links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit networks pids_limit
  platform ports profiles pull_policy read_only restart scale security_opt shm_size stdin_open
  stop_grace_period stop_signal tmpfs tty ulimits user volumes working_dir`.split(/\s+/),
);

const harmlessBuildKeys = new Set(
  "args cache_from context dockerfile dockerfile_inline labels no_cache platforms pull shm_size tags target".split(" "),
);

/** Keys that choose a namespace. Harmless are a service's own, and that of another service of the same configuration. */
const namespaceKeys: Readonly<Record<string, readonly string[]>> = {
  network_mode: ["none", "bridge", "default"],
  ipc: ["none", "private", "shareable"],
  pid: [],
  cgroup: ["private"],
};

/** A verdict that gets paths as the project has them. */
type Judge = Pick<Verdict, "add" | "bind">;

const unknown = "is not known to be harmless";
const ofHost = "passes a variable of this machine to the container";
const outside = "gives the container a folder of the host outside the session's clone";

/** Judges a resolved Compose configuration by what is known to be harmless. Everything else is a finding. */
export function judgeCompose(given: Verdict, canonical: JsonObject): void {
  const verdict: Judge = {
    add: (where, what, why) => given.add(where, withoutMarks(what), why),
    bind: (path) => given.bind(path),
  };
  const services = isObject(canonical["services"]) ? canonical["services"] : {};
  for (const [name, service] of Object.entries(services)) {
    if (isObject(service)) judgeService(verdict, `service ${name}`, service);
  }
  for (const kind of ["volumes", "networks"] as const) {
    const named = isObject(canonical[kind]) ? canonical[kind] : {};
    for (const [name, value] of Object.entries(named)) judgeNamed(verdict, `${kind}: ${name}`, value);
  }
  for (const kind of ["secrets", "configs"] as const) {
    const named = isObject(canonical[kind]) ? canonical[kind] : {};
    for (const [name, value] of Object.entries(named)) judgeFile(verdict, `${kind}: ${name}`, value);
  }
  const known = new Set(["services", "volumes", "networks", "secrets", "configs", "version", "name"]);
  for (const key of Object.keys(canonical)) {
    if (!known.has(key) && !key.startsWith("x-")) verdict.add(key, textOf(canonical[key] ?? ""), unknown);
  }
}

function judgeService(verdict: Judge, where: string, service: JsonObject): void {
  for (const [key, value] of Object.entries(service)) {
    const place = `${where}: ${key}`;
    if (key.startsWith("x-") || isOff(value)) continue;
    if (key === "volumes") list(value).forEach((volume) => judgeVolume(verdict, place, volume));
    else if (key === "build") judgeBuild(verdict, place, value);
    else if (key === "security_opt") judgeSecurity(verdict, place, value);
    else if (key === "deploy") judgeDeploy(verdict, place, value);
    else if (key === "logging") judgeLogging(verdict, place, value);
    else if (key === "networks") judgeServiceNetworks(verdict, place, value);
    else if (key === "environment") judgeVariables(verdict, place, value);
    else if (key === "volumes_from") judgeVolumesFrom(verdict, place, value);
    else if (Object.hasOwn(namespaceKeys, key)) judgeNamespace(verdict, place, textOf(value), namespaceKeys[key] ?? []);
    // The secrets and configs themselves are judged at their definition.
    else if (["secrets", "configs"].includes(key)) continue;
    // Compose has merged the content of these files; rewrite-compose.ts removes their names.
    else if (["env_file", "label_file"].includes(key)) continue;
    else if (!harmlessKeys.has(key)) verdict.add(place, textOf(value), unknown);
  }
}

/** Values such as `privileged: false` request nothing. */
function isOff(value: Json): boolean {
  return value === null || value === false || (Array.isArray(value) && value.length === 0) || value === "";
}

function judgeVolume(verdict: Judge, where: string, value: Json): void {
  const volume = readVolume(value);
  if (volume === undefined || volume.target === "")
    return verdict.add(where, textOf(value), "cannot be parsed reliably");
  const { type, source, rest } = volume;
  const unexpected = Object.keys(rest).filter(
    (key) => !["consistency", "volume", "tmpfs"].includes(key) && !isOwnBind(key, rest[key]),
  );
  if (unexpected.length > 0) verdict.add(where, textOf(value), "has options that can reach the host");
  if (type === "tmpfs") return;
  if (type === "volume") {
    if (source !== "" && !isVolumeName(source)) verdict.add(where, textOf(value), "cannot be parsed reliably");
    return;
  }
  if (type === "bind") judgeBindSource(verdict, where, source);
  else verdict.add(where, source === "" ? textOf(value) : source, unknown);
}

function judgeBindSource(verdict: Judge, where: string, source: string): void {
  const found = locate(source);
  if (found.kind === "inside") verdict.bind(unescaped(found.path));
  // rewrite-compose.ts mounts the clone alone, or a folder of the session.
  else if (found.kind === "beside") verdict.bind(found.path === ".." ? "" : unescaped(found.path));
  else verdict.add(where, source, outside);
}

/** `NAME` without a value takes it from the environment of the user who starts the container. */
function judgeVariables(verdict: Judge, where: string, value: Json): void {
  const unset = isObject(value)
    ? Object.entries(value).flatMap(([name, one]) => (one === null ? [name] : []))
    : list(value)
        .map(textOf)
        .filter((line) => !line.includes("="));
  for (const name of unset) verdict.add(where, name, ofHost);
}

function judgeVolumesFrom(verdict: Judge, where: string, value: Json): void {
  for (const from of list(value).map(textOf)) {
    if (from.startsWith("container:")) verdict.add(where, from, "gives the container the mounts of another container");
  }
}

function judgeNamespace(verdict: Judge, where: string, mode: string, own: readonly string[]): void {
  if (!own.includes(mode) && !/^service:[\w.-]+$/.test(mode)) {
    verdict.add(where, mode, "shares a namespace with the host or with a container outside the session");
  }
}

/** Newer versions of Compose write `create_host_path` for every bind. */
function isOwnBind(key: string, value: Json | undefined): boolean {
  return (
    key === "bind" &&
    isObject(value) &&
    Object.keys(value).every((name) => name === "create_host_path" || name === "selinux")
  );
}

function judgeBuild(verdict: Judge, where: string, value: Json): void {
  if (!isObject(value)) return;
  judgeVariables(verdict, `${where}: args`, value["args"] ?? {});
  for (const [key, one] of Object.entries(value)) {
    if (!harmlessBuildKeys.has(key) && !isOff(one)) verdict.add(`${where}: ${key}`, textOf(one), unknown);
  }
}

function judgeSecurity(verdict: Judge, where: string, value: Json): void {
  for (const option of list(value).map(textOf)) {
    if (!/^no-new-privileges([:=]true)?$/.test(option))
      verdict.add(where, option, "weakens the isolation of the container");
  }
}

function judgeDeploy(verdict: Judge, where: string, value: Json): void {
  const text = JSON.stringify(value);
  if (/"devices"/.test(text)) verdict.add(where, text, "gives the container access to devices of the host");
}

function judgeLogging(verdict: Judge, where: string, value: Json): void {
  const driver = isObject(value) ? (value["driver"] ?? "json-file") : "json-file";
  if (!["json-file", "local", "none"].includes(textOf(driver)))
    verdict.add(where, textOf(driver), "sends the output to a log driver of the host");
  const options = isObject(value) && isObject(value["options"]) ? value["options"] : {};
  for (const [name, one] of Object.entries(options)) {
    const option = `${name}=${textOf(one)}`;
    if (!isHarmlessLogOption(option)) verdict.add(where, option, "sends the output to another place");
  }
}

function judgeServiceNetworks(verdict: Judge, where: string, value: Json): void {
  const names = isObject(value) ? Object.keys(value) : list(value).map(textOf);
  for (const name of names)
    if (name === "host") verdict.add(where, name, "gives the container access to the host's network");
}

/** A volume or network. Harmless if it is the session's own and made by the engine, which is the default. */
function judgeNamed(verdict: Judge, where: string, value: Json): void {
  if (!isObject(value)) return;
  const { external, driver, driver_opts: options } = value;
  if (external === true || isObject(external)) verdict.add(where, "external", "is shared with others on this engine");
  if (driver !== undefined && !["local", "bridge", "default", ""].includes(textOf(driver))) {
    verdict.add(where, `driver ${textOf(driver)}`, unknown);
  }
  if (isObject(options) && Object.keys(options).length > 0)
    verdict.add(where, textOf(options), "can be any folder or device of the host");
}

function judgeFile(verdict: Judge, where: string, value: Json): void {
  if (!isObject(value)) return;
  const { file, external, environment } = value;
  if (external === true || environment !== undefined)
    verdict.add(where, textOf(value), "comes from outside the repository");
  if (file === undefined) return;
  const found = locate(textOf(file));
  if (found.kind !== "absolute") verdict.bind(unescaped(found.path));
  else verdict.add(where, textOf(file), "is a file of the host outside the session's clone");
}
