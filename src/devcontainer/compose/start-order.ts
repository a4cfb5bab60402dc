import { isObject } from "../source/json.ts";
import { list, textOf } from "../judge/judge-config.ts";
import type { Json, JsonObject } from "../types.ts";
import { mountsOf, servicesOf } from "./service-mounts.ts";
import { besideRoot, locate, unescaped } from "./tree-root.ts";

/**
 * The engine finds what a bind leads to when the container starts, and follows links. A container that already runs then, and can
 * write to a folder on the way, can put a link there to any folder of the host. So whoever mounts a path inside the clone starts
 * before everybody who can change what is on the way to it: then nothing runs yet that could, and a look before the
 * first start (check-binds.ts) holds until the last one.
 */
export interface StartOrder {
  /** with the additions to `depends_on` */
  canonical: JsonObject;
  /** one line for each */
  changes: string[];
  /** what no order makes safe */
  conflicts: { service: string; path: string; writer: string }[];
}

export interface StartOrderRequest {
  /** the dev container's own service */
  main: string;
  /** `runServices` */
  runServices: readonly string[];
  /** what devcontainer.json itself mounts into the dev container's service, counted from the clone */
  mainBinds: readonly string[];
}

interface Service {
  /** what is mounted, counted from the clone */
  binds: Set<string>;
  /** what of the clone it can write to */
  writes: Set<string>;
  /** services that start before it */
  after: Set<string>;
  /** several containers of one service start side by side */
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
        `service ${writer} starts after ${service}, which mounts ${path} of the clone that ${writer} can change`,
      );
    }
  }
  return { canonical: withDependencies(canonical, added), changes, conflicts };
}

/**
 * The services of a configuration in an order in which they can be started one after another, by what depends on what.
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

/** Every path that is mounted together with every service that can change where it leads. */
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

/** Whoever has the path itself mounted cannot exchange it, only what is in it. */
function isOnTheWay(folder: string, path: string): boolean {
  if (folder === path) return false;
  return folder === "" ? !path.startsWith("..") : path.startsWith(`${folder}/`);
}

function readServices(canonical: JsonObject, request: StartOrderRequest): Map<string, Service> {
  const all = servicesOf(canonical);
  const read = new Map(Object.entries(all).map(([name, value]) => [name, readService(canonical, name, value, all)]));
  const main = read.get(request.main);
  // The agent works there: it can write to the clone, whatever is mounted how.
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

/** Counted from the clone, as `locate` does it; undefined for what is not of the session. */
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

/** Whoever sees another's processes can reach its files through them. */
function shareProcesses(all: Record<string, JsonObject>, read: ReadonlyMap<string, Service>): void {
  const sharing = Object.entries(all).flatMap(([name, { pid }]) => {
    const [, other] = /^service:(.+)$/.exec(textOf(pid ?? "")) ?? [];
    return other === undefined ? [] : [name, other];
  });
  const group = [...new Set(sharing)].flatMap((name) => read.get(name) ?? []);
  const writes = new Set(group.flatMap((one) => [...one.writes]));
  for (const one of group) one.writes = writes;
}

/** The services that `up` starts: the named ones, or all without a profile, and what they need. */
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

/** Does `from` start after `to`, by what depends on what? */
function reaches(services: ReadonlyMap<string, Service>, from: string, to: string): boolean {
  const seen = new Set(services.get(from)?.after);
  for (const name of seen) for (const next of services.get(name)?.after ?? []) seen.add(next);
  return seen.has(to);
}

/** In the form that stands there: older programs know a list alone. */
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
