import { isObject } from "../source/json.ts";
import { list, textOf } from "../judge/judge-config.ts";
import type { Json, JsonObject } from "../types.ts";
import { mountsOf, servicesOf } from "./service-mounts.ts";
import { besideRoot, locate, unescaped } from "./tree-root.ts";

/**
 * The engine resolves the path of a bind mount when the container starts, and follows links. A container that is already running
 * and can write to a folder on that path could put a link to any folder of the host there. So a service that mounts a path inside
 * the clone starts before all services that can change a folder on the way to it. Then nothing is running that could do so, and one
 * check before the first start (check-binds.ts) is valid until the last one.
 */
export interface StartOrder {
  /** with the additions to `depends_on` */
  canonical: JsonObject;
  /** one line per addition */
  changes: string[];
  /** combinations that no order makes safe */
  conflicts: { service: string; path: string; writer: string }[];
}

export interface StartOrderRequest {
  /** the dev container's own service */
  main: string;
  /** `runServices` */
  runServices: readonly string[];
  /** what devcontainer.json mounts into the dev container's service, relative to the clone */
  mainBinds: readonly string[];
}

interface Service {
  /** mounted paths, relative to the clone */
  binds: Set<string>;
  /** paths in the clone that it can write to */
  writes: Set<string>;
  /** services that it starts after */
  after: Set<string>;
  /** has several containers, which start in parallel */
  isScaled: boolean;
}

/** @param canonical a resolved configuration, as rewrite-compose.ts leaves it */
export function orderStarts(canonical: JsonObject, request: StartOrderRequest): StartOrder {
  const services = readServices(canonical, request);
  const changes: string[] = [];
  const conflicts: StartOrder["conflicts"] = [];
  const added = new Map<string, Set<string>>();
  for (const { service, path, writer } of threats(services)) {
    const isPossible = service !== writer && !reaches(services, service, writer);
    if (!isPossible) conflicts.push({ service, path, writer });
    else if (!reaches(services, writer, service)) {
      services.get(writer)?.after.add(service);
      added.set(writer, new Set(added.get(writer)).add(service));
      changes.push(
        `service ${writer} starts after ${service}, which mounts ${path} of the clone, because ${writer} can change that path`,
      );
    }
  }
  return { canonical: withDependencies(canonical, added), changes, conflicts };
}

/**
 * Returns the services of a configuration in an order in which they can be started one after another, according to `depends_on`.
 */
export function startSequence(canonical: JsonObject): string[] {
  const all = servicesOf(canonical);
  const sequence = new Set<string>();
  const visit = (name: string, above: readonly string[]): void => {
    if (sequence.has(name) || above.includes(name)) return;
    for (const other of dependencies(all[name] ?? {}).toSorted()) {
      if (Object.hasOwn(all, other)) visit(other, [...above, name]);
    }
    sequence.add(name);
  };
  for (const name of Object.keys(all).toSorted()) visit(name, []);
  return [...sequence];
}

/** Returns every mounted path with every service that can change where it leads. */
function threats(services: ReadonlyMap<string, Service>): StartOrder["conflicts"] {
  const found: StartOrder["conflicts"] = [];
  for (const [service, { binds }] of services) {
    for (const path of [...binds].toSorted()) {
      for (const [writer, { writes, isScaled }] of services) {
        const canChange = [...writes].some((folder) => isOnTheWay(folder, path));
        if (canChange && (writer !== service || isScaled)) found.push({ service, path, writer });
      }
    }
  }
  return found;
}

/** A service that has the path itself mounted cannot replace it, only change its content. */
function isOnTheWay(folder: string, path: string): boolean {
  if (folder === path) return false;
  return folder === "" ? !path.startsWith("..") : path.startsWith(`${folder}/`);
}

function readServices(canonical: JsonObject, request: StartOrderRequest): Map<string, Service> {
  const all = servicesOf(canonical);
  const read = new Map(Object.entries(all).map(([name, value]) => [name, readService(canonical, name, value, all)]));
  const main = read.get(request.main);
  // The agent works in this service, so it can write to the clone, however it is mounted.
  for (const path of ["", ...request.mainBinds]) {
    main?.binds.add(path);
    main?.writes.add(path);
  }
  shareProcesses(all, read);
  return new Map([...started(all, read, request)].flatMap((name) => entryOf(read, name)));
}

function entryOf(services: ReadonlyMap<string, Service>, name: string): [string, Service][] {
  const found = services.get(name);
  return found === undefined ? [] : [[name, found]];
}

function readService(canonical: JsonObject, name: string, value: JsonObject, all: Record<string, JsonObject>): Service {
  const binds = new Set<string>();
  const writes = new Set<string>();
  for (const { source, writable } of mountsOf(canonical, name)) {
    const path = source === undefined ? undefined : pathOf(source);
    if (path === undefined) continue;
    binds.add(path);
    if (writable) writes.add(path);
  }
  const after = new Set(dependencies(value).filter((other) => Object.hasOwn(all, other) && other !== name));
  return { binds, writes, after, isScaled: hasSeveral(value) };
}

/** Returns the path relative to the clone, or undefined if it does not belong to the session. */
function pathOf(source: string): string | undefined {
  if (source.startsWith(`${besideRoot}/`)) {
    const [up = "", ...rest] = unescaped(source)
      .slice(besideRoot.length + 1)
      .split("/");
    return [...Array.from({ length: Number(up) }, () => ".."), ...rest].join("/");
  }
  const found = locate(source);
  return found.kind === "absolute" ? undefined : unescaped(found.path);
}

function dependencies(service: JsonObject): string[] {
  const { depends_on: dependsOn, links, volumes_from: volumesFrom } = service;
  const named = isObject(dependsOn) ? Object.keys(dependsOn) : list(dependsOn).map(textOf);
  const shared = ["network_mode", "ipc", "pid"].flatMap((key) => {
    const [, other] = /^service:(.+)$/.exec(textOf(service[key] ?? "")) ?? [];
    return other === undefined ? [] : [other];
  });
  const before = [...list(links), ...list(volumesFrom)].map(
    (one) =>
      textOf(one)
        .replace(/^service:/, "")
        .split(":")[0] ?? "",
  );
  return [...named, ...shared, ...before];
}

function hasSeveral({ scale, deploy }: JsonObject): boolean {
  const { replicas, mode } = isObject(deploy) ? deploy : {};
  const counts = [scale, replicas].filter((count) => count !== undefined && count !== null);
  return counts.some((count) => textOf(count) !== "1" && textOf(count) !== "0") || mode === "global";
}

/** A service that sees the processes of another service can reach its files through them. */
function shareProcesses(all: Record<string, JsonObject>, read: ReadonlyMap<string, Service>): void {
  const sharing = Object.entries(all).flatMap(([name, { pid }]) => {
    const [, other] = /^service:(.+)$/.exec(textOf(pid ?? "")) ?? [];
    return other === undefined ? [] : [name, other];
  });
  const group = [...new Set(sharing)].flatMap((name) => read.get(name) ?? []);
  const writes = new Set(group.flatMap((one) => [...one.writes]));
  for (const one of group) one.writes = writes;
}

/** Returns the services that `up` starts: the named ones, or all without a profile, and their dependencies. */
function started(
  all: Record<string, JsonObject>,
  read: ReadonlyMap<string, Service>,
  { main, runServices }: StartOrderRequest,
): Set<string> {
  const unnamed = Object.keys(all).filter((name) => list(all[name]?.["profiles"]).length === 0);
  const found = new Set([main, ...(runServices.length === 0 ? unnamed : runServices)]);
  for (const name of found) for (const other of read.get(name)?.after ?? []) found.add(other);
  return new Set([...found].toSorted());
}

/** Does `from` start after `to`, according to `depends_on`? */
function reaches(services: ReadonlyMap<string, Service>, from: string, to: string): boolean {
  const seen = new Set(services.get(from)?.after);
  for (const name of seen) for (const next of services.get(name)?.after ?? []) seen.add(next);
  return seen.has(to);
}

/** Keeps the form of `depends_on`: older versions of Compose know only a list. */
function withDependencies(canonical: JsonObject, added: ReadonlyMap<string, ReadonlySet<string>>): JsonObject {
  if (added.size === 0) return canonical;
  const services = Object.entries(servicesOf(canonical)).map(([name, service]): [string, Json] => {
    const more = [...(added.get(name) ?? [])];
    if (more.length === 0) return [name, service];
    const { depends_on: now } = service;
    const condition: JsonObject = Object.fromEntries(more.map((one) => [one, { condition: "service_started" }]));
    return [name, { ...service, depends_on: isObject(now) ? { ...condition, ...now } : [...list(now), ...more] }];
  });
  return { ...canonical, services: Object.fromEntries(services) };
}
