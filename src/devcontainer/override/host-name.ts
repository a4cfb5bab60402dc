import { isObject } from "../source/json.ts";
import { list, textOf } from "../judge/judge-config.ts";
import { parseRunArgs } from "../judge/parse-run-args.ts";
import type { Json, JsonObject, SessionMounts } from "../types.ts";

type Session = Pick<SessionMounts, "id" | "name">;

/**
 * What the container calls itself: the session's name, so that a prompt says where one is. A name that means something else on the
 * container's networks would lead there to itself, since Docker writes it into /etc/hosts: then the session's id.
 * @param taken names that the container reaches something by
 */
export function hostNameOf({ id, name }: Session, taken: Iterable<string> = []): string | undefined {
  const others = new Set(["localhost", "host", ...[...taken].map((one) => one.toLowerCase())]);
  return [name, id].map(sanitise).find((one) => one !== "" && !others.has(one.toLowerCase()));
}

/** One label of a host name: no dots, which would make it a name in somebody's domain. */
function sanitise(text: string): string {
  return text
    .replace(/[^A-Za-z0-9-]/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
}

/** `--hostname` for `docker run`; none where the project sets its own, or where Docker takes none beside what it sets. */
export function hostNameArgs(runArgs: readonly string[], session: Session): string[] {
  const { groups, rest } = parseRunArgs(runArgs);
  const args = groups.flatMap(({ args: each }) => each);
  const valuesOf = (...names: string[]): string[] =>
    args.flatMap(({ name, value }) => (names.includes(name) ? [value ?? ""] : []));
  const isShared = valuesOf("network", "net").some((mode) => mode === "host" || mode.startsWith("container:"));
  // What could not be read may hold one as well.
  const isSet = valuesOf("hostname", "uts").length > 0 || rest.some((word) => /^--(?:hostname|uts|net)|^-h/.test(word));
  if (isShared || isSet) return [];
  // Who else is on a network of the project's nobody can tell here.
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

/** `hostname` for the dev container's own Compose service, by the same rules. Pure. */
export function serviceHostName(service: JsonObject, canonical: JsonObject, session: Session): { hostname?: string } {
  const mode = textOf(service["network_mode"] ?? "");
  const isShared = mode === "host" || /^(?:service|container):/.test(mode);
  if (isShared || service["hostname"] !== undefined || service["uts"] !== undefined) return {};
  const services = isObject(canonical["services"]) ? canonical["services"] : {};
  const taken = Object.entries(services).flatMap(([name, each]) => [name, ...(isObject(each) ? namesOf(each) : [])]);
  const hostname = hostNameOf(session, taken);
  return hostname === undefined ? {} : { hostname };
}

/** Names that a service is reached by, and names that it reaches others by. */
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

/** Variables that say inside which session it is. */
export function sessionEnvironment({ name, project }: Pick<SessionMounts, "name" | "project">): Record<string, string> {
  return { COWORK_SESSION: name, COWORK_PROJECT: project };
}
