import { plain } from "../../system/text.ts";
import { isObject } from "../source/json.ts";
import { list, textOf } from "../judge/judge-config.ts";
import { localPort } from "../override/ports.ts";
import { isReservedLabel } from "../override/rewrite.ts";
import type { Json, JsonObject } from "../types.ts";
import { besideFolder } from "../override/beside.ts";
import { besideRoot, cloneName, locate, planProject, treeRoot, withoutMarks } from "./tree-root.ts";
import { readVolume, renderVolume } from "./volume.ts";

/**
 * Removes everything from a resolved Compose configuration that two sessions would conflict over. Containers, volumes and networks
 * get Compose's own names, prefixed with the session's project name. The engine picks host ports. Nothing restarts by itself,
 * because mounts are checked before each start.
 * @param profiles those that `.env` enables, because `.env` is not read any more
 * @param started services that are started whatever their profiles are
 * @returns the configuration, and one line for each change
 */
export function rewriteCompose(
  canonical: JsonObject,
  profiles: readonly string[] = [],
  started: ReadonlySet<string> = new Set(),
): { canonical: JsonObject; changes: string[] } {
  const changes = new Set<string>();
  const addChange = (line: string): void => void changes.add(plain(withoutMarks(line)));
  const { name: _, ...rest } = canonical;
  const result: JsonObject = { ...rest };
  result["services"] = mapObject(canonical["services"], (service, name) =>
    rewriteService(service, { name, profiles, isStarted: started.has(name) }, addChange),
  );
  for (const kind of ["volumes", "networks"] as const) {
    if (canonical[kind] === undefined) continue;
    result[kind] = mapObject(canonical[kind], (value, name) => rewriteNamed(value, { kind, name }, addChange));
  }
  for (const kind of ["secrets", "configs"] as const) {
    if (canonical[kind] !== undefined) result[kind] = mapObject(canonical[kind], besideFile);
  }
  return { canonical: result, changes: [...changes] };
}

type AddChange = (line: string) => void;

function mapObject(value: Json | undefined, map: (value: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(isObject(value) ? value : {}).map(([key, one]) => [key, map(one, key)]));
}

function rewriteService(
  value: Json,
  { name, profiles, isStarted }: { name: string; profiles: readonly string[]; isStarted: boolean },
  addChange: AddChange,
): Json {
  if (!isObject(value)) return value;
  const { container_name: containerName, restart, ports, labels, networks, volumes, deploy, ...service } = value;
  const named = containerName === undefined ? undefined : withAlias(value, textOf(containerName));
  if (containerName !== undefined) {
    const stays = named === undefined ? "" : "; other services still reach it by that name";
    addChange(
      `service ${name}: container_name ${textOf(containerName)} is removed: each session has its own container${stays}`,
    );
  }
  if (restart !== undefined && !["no", "false"].includes(textOf(restart))) {
    addChange(`service ${name}: restart ${textOf(restart)} is removed: cowork starts and stops the containers`);
  }
  for (const key of ["env_file", "label_file"]) delete service[key];
  if (isStarted && list(service["profiles"]).length > 0) {
    addChange(`service ${name}: its profiles are removed: a session always starts it`);
    delete service["profiles"];
  }
  if (list(service["profiles"]).some((profile) => profiles.includes(textOf(profile)))) delete service["profiles"];
  const own = named ?? networks;
  return {
    ...service,
    ...(ports === undefined ? {} : { ports: list(ports).map((port) => rewritePort(port, name, addChange)) }),
    ...(labels === undefined ? {} : { labels: ownLabels(labels) }),
    ...(own === undefined ? {} : { networks: isObject(own) ? mapObject(own, withoutAddress) : own }),
    ...(volumes === undefined ? {} : { volumes: list(volumes).map((volume) => ownVolume(volume, name, addChange)) }),
    ...(deploy === undefined ? {} : { deploy: isObject(deploy) ? withoutRestart(deploy) : deploy }),
  };
}

/**
 * Returns the service's networks with its container name as an additional alias, because other services may use that name. Aliases
 * are local to the session's networks.
 * @returns undefined if the service is on no network of the session
 */
function withAlias(service: JsonObject, alias: string): JsonObject | undefined {
  const { networks, network_mode: mode } = service;
  if ((mode !== undefined && mode !== null) || !/^[a-zA-Z0-9][\w.-]*$/.test(alias)) return undefined;
  const given = isObject(networks) ? networks : Object.fromEntries(list(networks).map((name) => [textOf(name), null]));
  const all = Object.keys(given).length === 0 ? { default: null } : given;
  return mapObject(all, (value) => {
    const own = isObject(value) ? value : {};
    const aliases = list(own["aliases"]).map(textOf);
    return { ...own, aliases: [...new Set([...aliases, alias])] };
  });
}

/**
 * `../..:/workspaces` occurs in many templates: it mounts the parent folder of the project. The parent of a session's clone has
 * other sessions, so only the clone is mounted, at the path where it would be. Other folders next to the project are replaced by
 * folders of the session.
 */
function ownVolume(value: Json, name: string, addChange: AddChange): Json {
  const volume = readVolume(value);
  const found = volume?.type === "bind" ? locate(volume.source) : undefined;
  if (volume === undefined || found?.kind !== "beside") return value;
  if (found.path !== "..") {
    const { target } = volume;
    addChange(
      `service ${name}: ${found.path}, which is outside the project, is replaced by a folder of the session at ${target}`,
    );
    return renderVolume({ ...volume, source: `${besideRoot}/${besideFolder(found.path)}` });
  }
  addChange(
    `service ${name}: the parent folder of the project is replaced by the session's clone alone, mounted below ${volume.target}`,
  );
  return renderVolume({ ...volume, source: treeRoot, target: `${volume.target.replace(/\/+$/, "")}/${cloneName}` });
}

/** Files of `secrets` and `configs` are mounted in the same way as volumes. */
function besideFile(value: Json): Json {
  if (!isObject(value)) return value;
  const found = locate(textOf(value["file"] ?? ""));
  return found.kind === "beside" ? { ...value, file: `${besideRoot}/${besideFolder(found.path)}` } : value;
}

function withoutRestart(deploy: JsonObject): JsonObject {
  const { restart_policy: _, ...rest } = deploy;
  return rest;
}

function rewritePort(port: Json, service: string, addChange: AddChange): string {
  const short = isObject(port) ? `${textOf(port["target"] ?? "")}${protocolOf(port["protocol"])}` : textOf(port);
  const published = isObject(port) ? port["published"] : undefined;
  const shown = published === undefined ? short : `${textOf(published)}:${short}`;
  addChange(`service ${service}: port ${shown} is published on 127.0.0.1, on a port that the engine picks`);
  return localPort(short);
}

function protocolOf(protocol: Json | undefined): string {
  return protocol === undefined || protocol === "tcp" ? "" : `/${textOf(protocol)}`;
}

/** Removes the labels that tools use to find their own containers. */
function ownLabels(labels: Json): JsonObject {
  const entries = isObject(labels)
    ? Object.entries(labels)
    : list(labels).map((label): [string, Json] => {
        const [key = "", ...value] = textOf(label).split("=");
        return [key, value.join("=")];
      });
  return Object.fromEntries(entries.filter(([key]) => !isReservedLabel(key)));
}

/** Only one session could have a fixed address. */
function withoutAddress(value: Json): Json {
  if (!isObject(value)) return value;
  const { ipv4_address: _four, ipv6_address: _six, mac_address: _mac, ...rest } = value;
  return rest;
}

function rewriteNamed(value: Json, { kind, name }: { kind: string; name: string }, addChange: AddChange): Json {
  if (!isObject(value) || value["external"] === true || isObject(value["external"])) return value;
  const { name: given, ipam, labels, ...rest } = value;
  // Newer versions write out the default name, which is prefixed with the project's name and so belongs to the session.
  if (given !== undefined && given !== `${planProject}_${name}`) {
    addChange(`${kind}: the name ${textOf(given)} is removed: each session has its own`);
  }
  if (isObject(ipam) && list(ipam["config"]).length > 0) {
    addChange(`${kind}: the fixed addresses of ${name} are removed: the engine picks addresses for each session`);
  }
  return { ...rest, ...(labels === undefined ? {} : { labels: ownLabels(labels) }) };
}
