import { isObject } from "../source/json.ts";
import { list, textOf } from "../judge/judge-config.ts";
import type { Json, JsonObject } from "../types.ts";
import { readVolume } from "./volume.ts";

/** A mount of a service, including mounts that are declared elsewhere in the file. */
export interface ServiceMount {
  /** key of the service, for messages */
  key: "volumes" | "tmpfs" | "secrets" | "configs";
  /** host path of a bind, as written in the configuration; undefined for other mounts */
  source?: string;
  target: string;
  writable: boolean;
  text: string;
}

/** Returns the services of a resolved configuration. */
export function servicesOf(canonical: JsonObject): Record<string, JsonObject> {
  const services = isObject(canonical["services"]) ? canonical["services"] : {};
  return Object.fromEntries(
    Object.entries(services).filter((entry): entry is [string, JsonObject] => isObject(entry[1])),
  );
}

/**
 * Returns all mounts of a service, including those from `volumes_from`. Mounts that cannot be parsed are left out: judge-compose.ts
 * asks about them.
 */
export function mountsOf(canonical: JsonObject, name: string): ServiceMount[] {
  const services = servicesOf(canonical);
  return [...withVolumesFrom(services, name)].flatMap((one) => ownMounts(canonical, services[one] ?? {}));
}

function ownMounts(canonical: JsonObject, service: JsonObject): ServiceMount[] {
  const volumes = list(service["volumes"]).flatMap((value): ServiceMount[] => {
    const volume = readVolume(value);
    if (volume === undefined) return [];
    const { type, source, target, readOnly } = volume;
    const bind = type === "bind" ? { source } : {};
    return [{ key: "volumes", ...bind, target, writable: !readOnly, text: textOf(value) }];
  });
  const tmpfs = list(service["tmpfs"]).map((value): ServiceMount => {
    const text = textOf(value);
    return { key: "tmpfs", target: text.split(":")[0] ?? "", writable: true, text };
  });
  return [...volumes, ...tmpfs, ...files(canonical, service, "secrets"), ...files(canonical, service, "configs")];
}

/** Compose mounts the files of `secrets` and `configs`. A relative target is relative to a folder that Compose chooses. */
function files(canonical: JsonObject, service: JsonObject, key: "secrets" | "configs"): ServiceMount[] {
  const defined = isObject(canonical[key]) ? canonical[key] : {};
  return list(service[key]).map((value) => {
    const { source: name = "", target: given } = isObject(value) ? value : { source: value };
    const one = defined[textOf(name)];
    const file = isObject(one) && typeof one["file"] === "string" ? { source: one["file"] } : {};
    return { key, ...file, target: fileTarget(key, textOf(name), given), writable: false, text: textOf(value) };
  });
}

function fileTarget(key: "secrets" | "configs", name: string, given: Json | undefined): string {
  const target = given === undefined || given === null ? name : textOf(given);
  return target.startsWith("/") ? target : `${key === "secrets" ? "/run/secrets" : ""}/${target}`;
}

/** Returns the service and all services whose mounts it takes over, directly or indirectly. */
function withVolumesFrom(services: Record<string, JsonObject>, name: string): Set<string> {
  const found = new Set([name]);
  for (const one of found) {
    for (const from of list(services[one]?.["volumes_from"]).map(textOf)) {
      const other = from.replace(/^service:/, "").split(":")[0] ?? "";
      if (Object.hasOwn(services, other)) found.add(other);
    }
  }
  return found;
}
