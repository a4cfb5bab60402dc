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
 * A resolved Compose configuration in which nothing is left that two sessions would fight over: names of containers, volumes and
 * networks are Compose's own, which the session's project name stands before; host ports are the engine's to pick; nothing
 * restarts by itself, because what is mounted is checked before each start.
 * @param profiles those that `.env` switches on: nobody reads it any more
 * @param started services that are started whatever their profiles are
 * @returns the configuration, and one line for each change
 */
export function rewriteCompose(
  canonical: JsonObject,
  profiles: readonly string[] = [],
  started: ReadonlySet<string> = new Set(),
): { canonical: JsonObject; changes: string[] } {
  const changes = new Set<string>();
  const say = (line: string): void => void changes.add(plain(withoutMarks(line)));
  const { name: _, ...rest } = canonical;
  const result: JsonObject = { ...rest };
  result["services"] = mapObject(canonical["services"], (service, name) =>
    rewriteService(service, { name, profiles, isStarted: started.has(name) }, say),
  );
  for (const kind of ["volumes", "networks"] as const) {
    if (canonical[kind] === undefined) continue;
    result[kind] = mapObject(canonical[kind], (value, name) => rewriteNamed(value, { kind, name }, say));
  }
  for (const kind of ["secrets", "configs"] as const) {
    if (canonical[kind] !== undefined) result[kind] = mapObject(canonical[kind], besideFile);
  }
  return { canonical: result, changes: [...changes] };
}

type Say = (line: string) => void;

function mapObject(value: Json | undefined, map: (value: Json, key: string) => Json): JsonObject {
  return Object.fromEntries(Object.entries(isObject(value) ? value : {}).map(([key, one]) => [key, map(one, key)]));
}

function rewriteService(
  value: Json,
  { name, profiles, isStarted }: { name: string; profiles: readonly string[]; isStarted: boolean },
  say: Say,
): Json {
  if (!isObject(value)) return value;
  const { container_name: containerName, restart, ports, labels, networks, volumes, deploy, ...service } = value;
  const named = containerName === undefined ? undefined : withAlias(value, textOf(containerName));
  if (containerName !== undefined) {
    const stays = named === undefined ? "" : "; other services still reach it by that name";
    say(
      `service ${name}: container_name ${textOf(containerName)} is left out: every session has a container of its own${stays}`,
    );
  }
  if (restart !== undefined && !["no", "false"].includes(textOf(restart))) {
    say(`service ${name}: restart ${textOf(restart)} is left out: cowork starts and stops the containers`);
  }
  for (const key of ["env_file", "label_file"]) delete service[key];
  if (isStarted && list(service["profiles"]).length > 0) {
    say(`service ${name}: its profiles are left out: a session always starts it`);
    delete service["profiles"];
  }
  if (list(service["profiles"]).some((profile) => profiles.includes(textOf(profile)))) delete service["profiles"];
  const own = named ?? networks;
  return {
    ...service,
    ...(ports === undefined ? {} : { ports: list(ports).map((port) => rewritePort(port, name, say)) }),
    ...(labels === undefined ? {} : { labels: ownLabels(labels) }),
    ...(own === undefined ? {} : { networks: isObject(own) ? mapObject(own, withoutAddress) : own }),
    ...(volumes === undefined ? {} : { volumes: list(volumes).map((volume) => ownVolume(volume, name, say)) }),
    ...(deploy === undefined ? {} : { deploy: isObject(deploy) ? withoutRestart(deploy) : deploy }),
  };
}

/**
 * The service's networks with its container's name as one more name there: other services may reach it by that. Names on a network
 * are a session's own. undefined: it is on no network of the session's.
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
 * `../..:/workspaces`, as many templates have it: the folder that the project lies in. Beside a session's clone lie other
 * sessions, so the clone alone is mounted, where it would be found. Anything else beside the project is a folder of the session's own.
 */
function ownVolume(value: Json, name: string, say: Say): Json {
  const volume = readVolume(value);
  const found = volume?.type === "bind" ? locate(volume.source) : undefined;
  if (volume === undefined || found?.kind !== "beside") return value;
  if (found.path !== "..") {
    const { target } = volume;
    say(`service ${name}: ${found.path}, which lies beside the project, is a folder of the session's own at ${target}`);
    return renderVolume({ ...volume, source: `${besideRoot}/${besideFolder(found.path)}` });
  }
  say(
    `service ${name}: of the folder that holds the project only the session's clone is mounted, below ${volume.target}`,
  );
  return renderVolume({ ...volume, source: treeRoot, target: `${volume.target.replace(/\/+$/, "")}/${cloneName}` });
}

/** A file of `secrets` or `configs` is mounted as volumes are. */
function besideFile(value: Json): Json {
  if (!isObject(value)) return value;
  const found = locate(textOf(value["file"] ?? ""));
  return found.kind === "beside" ? { ...value, file: `${besideRoot}/${besideFolder(found.path)}` } : value;
}

function withoutRestart(deploy: JsonObject): JsonObject {
  const { restart_policy: _, ...rest } = deploy;
  return rest;
}

function rewritePort(port: Json, service: string, say: Say): string {
  const short = isObject(port) ? `${textOf(port["target"] ?? "")}${protocolOf(port["protocol"])}` : textOf(port);
  const published = isObject(port) ? port["published"] : undefined;
  const shown = published === undefined ? short : `${textOf(published)}:${short}`;
  say(`service ${service}: port ${shown} is published on 127.0.0.1 with a port that the engine picks`);
  return localPort(short);
}

function protocolOf(protocol: Json | undefined): string {
  return protocol === undefined || protocol === "tcp" ? "" : `/${textOf(protocol)}`;
}

/** Labels by which tools find containers are theirs alone. */
function ownLabels(labels: Json): JsonObject {
  const entries = isObject(labels)
    ? Object.entries(labels)
    : list(labels).map((label): [string, Json] => {
        const [key = "", ...value] = textOf(label).split("=");
        return [key, value.join("=")];
      });
  return Object.fromEntries(entries.filter(([key]) => !isReservedLabel(key)));
}

/** A fixed address can be had by one session only. */
function withoutAddress(value: Json): Json {
  if (!isObject(value)) return value;
  const { ipv4_address: _four, ipv6_address: _six, mac_address: _mac, ...rest } = value;
  return rest;
}

function rewriteNamed(value: Json, { kind, name }: { kind: string; name: string }, say: Say): Json {
  if (!isObject(value) || value["external"] === true || isObject(value["external"])) return value;
  const { name: given, ipam, labels, ...rest } = value;
  // Newer versions write out the name that they would give it: the project's, which is the session's own.
  if (given !== undefined && given !== `${planProject}_${name}`) {
    say(`${kind}: the name ${textOf(given)} is left out: every session has its own`);
  }
  if (isObject(ipam) && list(ipam["config"]).length > 0) {
    say(`${kind}: the fixed addresses of ${name} are left out: the engine picks them for each session`);
  }
  return { ...rest, ...(labels === undefined ? {} : { labels: ownLabels(labels) }) };
}
