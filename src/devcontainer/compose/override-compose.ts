import { serviceHostName } from "../override/host-name.ts";
import { isObject } from "../source/json.ts";
import { list, textOf } from "../judge/judge-config.ts";
import type { Override, OverrideRequest, ExtraMount, Json, JsonObject } from "../types.ts";
import { onClone } from "./tree-root.ts";
import { renderVolume } from "./volume.ts";

/**
 * Seconds. Longer than `quiesce` takes, so that the engine's SIGKILL comes after the processes in the container had time to end.
 */
const grace = 20;

/**
 * Makes the Compose file of one session and the devcontainer.json that names it: the resolved configuration with the session's
 * clone, cowork's labels on each service, and the shared image, mounts and environment on the dev container's service.
 */
export function overrideCompose(
  request: OverrideRequest,
  part: { config: JsonObject; containerEnv: JsonObject; ours: readonly ExtraMount[]; cloneName: string },
): Pick<Override, "config" | "compose"> {
  const { plan, composeFile } = request;
  if (plan.compose === undefined || composeFile === undefined)
    throw new Error("no Compose plan, or no path for its file");
  const { service } = plan.compose;
  const { mounts, composeProject } = request;
  const canonical = onClone(withoutBuilds(plan.compose.canonical), {
    clone: mounts.clone,
    beside: mounts.beside,
    name: part.cloneName,
    composeProject,
  }) as JsonObject;
  const services = Object.entries(isObject(canonical["services"]) ? canonical["services"] : {}).map(([name, value]) => {
    const each = sessionService(isObject(value) ? value : {}, name, request);
    return [name, name === service ? ownService(each, request, part) : each];
  });
  return {
    config: { ...part.config, dockerComposeFile: [composeFile], service },
    compose: { ...canonical, services: Object.fromEntries(services) as JsonObject },
  };
}

/** All builds are replaced by the images that were built. */
function withoutBuilds(canonical: JsonObject): JsonObject {
  const services = isObject(canonical["services"]) ? canonical["services"] : {};
  const bare = Object.entries(services).map(([name, value]): [string, Json] => {
    if (!isObject(value)) return [name, value];
    const { build: _, ...rest } = value;
    return [name, rest];
  });
  return { ...canonical, services: Object.fromEntries(bare) };
}

function sessionService(service: JsonObject, name: string, { image, mounts }: OverrideRequest): JsonObject {
  const built = image.services?.[name];
  const labels = isObject(service["labels"]) ? service["labels"] : {};
  return { ...service, ...(built === undefined ? {} : { image: built }), labels: { ...labels, ...mounts.labels } };
}

function ownService(
  service: JsonObject,
  { plan, image, mounts, settings }: OverrideRequest,
  part: { containerEnv: JsonObject; ours: readonly ExtraMount[] },
): JsonObject {
  const ours = part.ours.map(({ source, target, readOnly = false }) =>
    renderVolume({ type: "bind", source: escape(source), target: escape(target), readOnly, rest: {} }),
  );
  return {
    ...(settings.cpus === undefined ? {} : { cpus: settings.cpus }),
    ...(settings.memory === undefined ? {} : { mem_limit: settings.memory }),
    ...serviceHostName(service, plan.compose?.canonical ?? {}, mounts),
    ...service,
    stop_grace_period: longer(service["stop_grace_period"]),
    image: image.ref,
    environment: { ...environmentOf(service["environment"]), ...escaped(part.containerEnv) },
    volumes: [...list(service["volumes"]), ...ours],
  };
}

/** Keeps the project's own value if it is longer. Durations are in Compose's format: `1m30s`, `500ms`, or a number of seconds. */
function longer(given: Json | undefined): Json {
  const seconds = { h: 3600, m: 60, s: 1, ms: 0.001, us: 0.000001 };
  const parts = [...textOf(given ?? "").matchAll(/([\d.]+)(ms|us|h|m|s)?/g)];
  const total = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * seconds[(unit ?? "s") as keyof typeof seconds],
    0,
  );
  return given !== undefined && total >= grace ? given : `${grace}s`;
}

/** A list has entries of the form `NAME=value`. */
function environmentOf(value: Json | undefined): JsonObject {
  if (isObject(value)) return value;
  return Object.fromEntries(
    list(value).map((line) => {
      const [name = "", ...rest] = textOf(line).split("=");
      return [name, rest.length === 0 ? null : rest.join("=")];
    }),
  );
}

/** Compose reads the file once more, so a `$` in a value has to be escaped. */
function escape(text: string): string {
  return text.replaceAll("$", () => "$$");
}

function escaped(environment: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, escape(textOf(value))]));
}
