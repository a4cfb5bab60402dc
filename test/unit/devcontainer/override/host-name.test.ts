import { expect, test } from "vitest";
import { hostNameArgs, hostNameOf, serviceHostName } from "../../../../src/devcontainer/override/host-name.ts";
import type { JsonObject } from "../../../../src/devcontainer/types.ts";

const session = { id: "app-search", name: "search" };

test.each([
  ["search", "search"],
  ["Fix_1.2", "Fix-1-2"],
  ["a.", "a"],
  ["x".repeat(63), "x".repeat(63)],
  ["localhost", "app-localhost"],
])("session %s gets the host name %s", (name, wanted) => {
  const found = hostNameOf({ id: `app-${name}`, name });
  expect(found).toBe(wanted);
  expect(found).toMatch(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/);
});

test.each<[string[], string[]]>([
  [[], ["--hostname=search"]],
  [["--network=none"], ["--hostname=search"]],
  [["--hostname", "own"], []],
  [["-hown"], []],
  [["-h=own"], []],
  [["--unheard", "--hostname=own"], []],
  [["--network", "host"], []],
  [["--net=container:x"], []],
  [["--uts=host"], []],
  [["--add-host=search:10.0.0.1"], ["--hostname=app-search"]],
  [["--link", "other:search"], ["--hostname=app-search"]],
  [["--network=ours"], ["--hostname=app-search"]],
])("docker run with %j gets %j", (runArgs, wanted) => {
  expect(hostNameArgs(runArgs, session)).toEqual(wanted);
});

const web: JsonObject = { image: "i" };
test.each<[string, JsonObject, JsonObject, string | undefined]>([
  ["no settings", web, { web }, "search"],
  ["a host name", { hostname: "own" }, { web }, undefined],
  ["the host's network", { network_mode: "host" }, { web }, undefined],
  ["another service's network", { network_mode: "service:db" }, { web }, undefined],
  ["a service of that name", web, { web, search: {} }, "app-search"],
  ["a container of that name", web, { web, db: { container_name: "search" } }, "app-search"],
  ["an alias", web, { web, db: { networks: { default: { aliases: ["search"] } } } }, "app-search"],
  ["an alias, on a network without settings", web, { web, db: { networks: { default: null } } }, "search"],
  ["an extra host of that name", web, { web: { extra_hosts: ["search=10.0.0.1"] } }, "app-search"],
  ["all of them", web, { web, search: {}, "app-search": {} }, undefined],
])("a Compose service with %s", (_what, service, services, hostname) => {
  expect(serviceHostName(service, { services }, session).hostname).toBe(hostname);
});
