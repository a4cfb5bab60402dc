import { isObject, list, textOf } from "../judge/judge-config.ts";
import type { ExtraMount, Override, OverrideRequest } from "../override.ts";
import type { Json, JsonObject } from "../types.ts";
import { fromTree } from "./tree-root.ts";
import { readVolume, renderVolume } from "./volume.ts";

/** Longer than `quiesce` takes: the engine's SIGKILL comes after what runs inside had its time. */
const grace = "20s";

/**
 * The Compose file of one session and the devcontainer.json that names it: the resolved configuration on the session's clone, every
 * service labelled as ours, the dev container's own service on the shared image with our mounts and environment.
 */
export function overrideCompose(
  request: OverrideRequest,
  part: { config: JsonObject; containerEnv: JsonObject; ours: readonly ExtraMount[] },
): Override {
  const { plan, composeFile } = request;
  if (plan.compose === undefined || composeFile === undefined)
    throw new Error("no Compose plan, or no place for its file");
  const { canonical, service } = plan.compose;
  const services = Object.entries(isObject(canonical["services"]) ? canonical["services"] : {}).map(([name, value]) => {
    const each = sessionService(isObject(value) ? value : {}, name, request);
    return [name, name === service ? ownService(each, request, part) : each];
  });
  const files = Object.fromEntries(
    ["secrets", "configs"].flatMap((kind) =>
      canonical[kind] === undefined ? [] : [[kind, onClone(canonical[kind], request.mounts.clone)]],
    ),
  );
  return {
    config: { ...part.config, dockerComposeFile: [composeFile], service },
    compose: { ...canonical, ...files, services: Object.fromEntries(services) as JsonObject },
  };
}

function sessionService(service: JsonObject, name: string, { image, mounts }: OverrideRequest): JsonObject {
  const { build: _, ...rest } = service;
  const built = image.services?.[name];
  const labels = isObject(rest["labels"]) ? rest["labels"] : {};
  return {
    ...rest,
    ...(built === undefined ? {} : { image: built }),
    labels: { ...labels, ...mounts.labels },
    ...(rest["volumes"] === undefined
      ? {}
      : { volumes: list(rest["volumes"]).map((volume) => volumeOnClone(volume, mounts.clone)) }),
  };
}

function ownService(
  service: JsonObject,
  { image, settings }: OverrideRequest,
  part: { containerEnv: JsonObject; ours: readonly ExtraMount[] },
): JsonObject {
  const ours = part.ours.map(({ source, target, readOnly = false }) =>
    renderVolume({ type: "bind", source, target, readOnly, rest: {} }),
  );
  return {
    stop_grace_period: grace,
    ...(settings.cpus === undefined ? {} : { cpus: settings.cpus }),
    ...(settings.memory === undefined ? {} : { mem_limit: settings.memory }),
    ...service,
    image: image.ref,
    environment: { ...environmentOf(service["environment"]), ...escaped(part.containerEnv) },
    volumes: [...list(service["volumes"]), ...ours],
  };
}

function volumeOnClone(value: Json, clone: string): Json {
  const volume = readVolume(value);
  return volume === undefined ? value : renderVolume({ ...volume, source: fromTree(volume.source, clone) });
}

/** A list holds `NAME=value`. */
function environmentOf(value: Json | undefined): JsonObject {
  if (isObject(value)) return value;
  return Object.fromEntries(
    list(value).map((line) => {
      const [name = "", ...rest] = textOf(line).split("=");
      return [name, rest.length === 0 ? null : rest.join("=")];
    }),
  );
}

/** Compose reads the file once more, and a `$` of ours is no variable. */
function escaped(environment: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, textOf(value).replaceAll("$", "$$$$")]),
  );
}

function onClone(value: Json | undefined, clone: string): Json {
  if (typeof value === "string") return fromTree(value, clone);
  if (Array.isArray(value)) return value.map((each) => onClone(each, clone));
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, onClone(each, clone)]));
}
