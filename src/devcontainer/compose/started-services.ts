import { isObject } from "../source/json.ts";
import { list, textOf } from "../judge/judge-config.ts";
import type { Json, JsonObject } from "../types.ts";

/**
 * Returns the services that a session starts by name, whatever profiles they have: the dev container's own, `runServices`, and
 * their dependencies. @devcontainers/cli would wait forever for a service that nothing starts.
 * @param resolved as Compose returned it
 */
export function startedServices(resolved: JsonObject, config: JsonObject): Set<string> {
  const services = isObject(resolved["services"]) ? resolved["services"] : {};
  const started = new Set<string>();
  const queue = [textOf(config["service"] ?? ""), ...list(config["runServices"]).map(textOf)];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (started.has(name) || !Object.hasOwn(services, name)) continue;
    started.add(name);
    queue.push(...neededBy(services[name] ?? null));
  }
  return started;
}

function neededBy(service: Json): string[] {
  if (!isObject(service)) return [];
  const { depends_on: depends, links, volumes_from: volumesFrom } = service;
  const modes = ["network_mode", "ipc", "pid"].map((key) => service[key]);
  return [
    ...(isObject(depends) ? Object.keys(depends) : list(depends).map(textOf)),
    ...list(links).map((link) => textOf(link).split(":")[0] ?? ""),
    ...list(volumesFrom).map((from) => textOf(from).split(":")[0] ?? ""),
    ...modes.flatMap((mode) => (typeof mode === "string" && mode.startsWith("service:") ? [mode.slice(8)] : [])),
  ];
}
