import { isObject } from "../source/json.ts";
import { list, textOf } from "../judge/judge-config.ts";
import { parseRunArgs } from "../judge/parse-run-args.ts";
import type { Json, JsonObject, SessionMounts } from "../types.ts";

type Session = Pick<SessionMounts, "id" | "name">;

/**
 * Returns the container's host name: the session's name, so that it shows in the shell prompt. Docker writes it to /etc/hosts, so a
 * name that is used on the container's networks would point to the container itself. In that case it is the session's id.
 * @param taken names that the container reaches something by
 */
export function hostNameOf({ id, name }: Session, taken: Iterable<string> = []): string | undefined {
  const others = new Set(["localhost", "host", ...[...taken].map((one) => one.toLowerCase())]);
  return [name, id].map(sanitize).find((one) => one !== "" && !others.has(one.toLowerCase()));
}

/** A single label of a host name, without dots, which would make it a name in a real domain. */
function sanitize(text: string): string {
  return text
    .replace(/[^A-Za-z0-9-]/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
}

/**
 * Returns `--hostname` for `docker run`, or nothing if the project sets its own, or docker does not allow one with the other
 * options.
 */
export function hostNameArgs(runArgs: readonly string[], session: Session): string[] {
  const { groups, rest } = parseRunArgs(runArgs);
  const args = groups.flatMap(({ args: each }) => each);
  const valuesOf = (...names: string[]): string[] =>
    args.flatMap(({ name, value }) => (names.includes(name) ? [value ?? ""] : []));
  const isShared = valuesOf("network", "net").some((mode) => mode === "host" || mode.startsWith("container:"));
  // Options that could not be parsed may set one as well.
  const isSet = valuesOf("hostname", "uts").length > 0 || rest.some((word) => /^--(?:hostname|uts|net)|^-h/.test(word));
  if (isShared || isSet) return [];
  // The names of other containers on the project's network are not known here.
  const isJoined = valuesOf("network", "net").some((mode) => !["", "bridge", "default", "none"].includes(mode));
  const named = [
    ...(isJoined ? [session.name] : []),
    ...valuesOf("add-host"),
    ...valuesOf("link").map((link) => link.split(":").at(-1) ?? ""),
  ];
  const name = hostNameOf(
    session,
    named.map((entry) => entry.split(/[:=]/)[0] ?? ""),
  );
  return name === undefined ? [] : [`--hostname=${name}`];
}

/** Returns `hostname` for the dev container's own Compose service, by the same rules. Pure. */
export function serviceHostName(service: JsonObject, canonical: JsonObject, session: Session): { hostname?: string } {
  const mode = textOf(service["network_mode"] ?? "");
  const isShared = mode === "host" || /^(?:service|container):/.test(mode);
  if (isShared || service["hostname"] !== undefined || service["uts"] !== undefined) return {};
  const services = isObject(canonical["services"]) ? canonical["services"] : {};
  const taken = Object.entries(services).flatMap(([name, each]) => [name, ...(isObject(each) ? namesOf(each) : [])]);
  const hostname = hostNameOf(session, taken);
  return hostname === undefined ? {} : { hostname };
}

/** Returns the names that a service is reached by, and the names that it reaches others by. */
function namesOf(service: JsonObject): string[] {
  const networks = isObject(service["networks"]) ? Object.values(service["networks"]) : [];
  const aliases = networks.flatMap((one) => (isObject(one) ? list(one["aliases"]) : []));
  const hosts = isObject(service["extra_hosts"]) ? Object.keys(service["extra_hosts"]) : list(service["extra_hosts"]);
  const texts = (values: readonly Json[]): string[] => values.map((value) => textOf(value));
  return [
    ...texts([service["container_name"] ?? "", service["hostname"] ?? "", ...aliases]),
    ...texts(hosts).map((entry) => entry.split(/[:=]/)[0] ?? ""),
    ...texts(list(service["links"])).map((link) => link.split(":").at(-1) ?? ""),
    ...texts(list(service["external_links"])).map((link) => link.split(":").at(-1) ?? ""),
  ].filter((name) => name !== "");
}

/** Variables that identify the session to programs in the container. */
export function sessionEnvironment({ name, project }: Pick<SessionMounts, "name" | "project">): Record<string, string> {
  return { COWORK_SESSION: name, COWORK_PROJECT: project };
}
