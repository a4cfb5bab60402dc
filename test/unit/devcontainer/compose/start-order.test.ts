import { describe, expect, it } from "vitest";
import { orderStarts, startSequence, type StartOrder } from "../../../../src/devcontainer/compose/start-order.ts";
import { besideRoot, treeRoot } from "../../../../src/devcontainer/compose/tree-root.ts";
import type { JsonObject } from "../../../../src/devcontainer/types.ts";

const order = (services: Record<string, JsonObject>, more: JsonObject = {}, runServices: string[] = []): StartOrder =>
  orderStarts({ services, ...more }, { main: "app", runServices, mainBinds: [] });
const dependencies = (result: StartOrder): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(result.canonical["services"] as Record<string, JsonObject>)
      .filter(([, service]) => service["depends_on"] !== undefined)
      .map(([name, service]) => [name, service["depends_on"]]),
  );

const all = `${treeRoot}:/w`;
const sub = `${treeRoot}/sub:/sub`;

describe("a service that mounts a path in the clone starts before the services that can change where it leads", () => {
  it("one service alone needs no order", () => {
    const result = order({ app: { volumes: [all, sub] }, db: { volumes: ["data:/data"] } });
    expect(result).toMatchObject({ conflicts: [], changes: [] });
    expect(dependencies(result)).toEqual({});
  });

  it("a reader of one file starts before the dev container, which can always write to the clone", () => {
    const result = order({ app: {}, web: { volumes: [`${treeRoot}/nginx.conf:/etc/nginx/nginx.conf:ro`] } });
    expect(result.conflicts).toEqual([]);
    expect(dependencies(result)).toEqual({ app: ["web"] });
    expect(result.changes.join()).toMatch(/service app starts after web, which mounts nginx\.conf/);
  });

  it("another service that can write to the clone starts after the dev container", () => {
    expect(dependencies(order({ app: { volumes: [all, sub] }, prep: { volumes: [all] } }))).toEqual({ prep: ["app"] });
  });

  it("existing conditions are kept in their form", () => {
    const app = { volumes: [all], depends_on: { db: { condition: "service_healthy" } } };
    expect(dependencies(order({ app, db: {}, web: { volumes: [sub] } }))).toEqual({
      app: { db: { condition: "service_healthy" }, web: { condition: "service_started" } },
    });
  });

  it("a folder that is mounted itself cannot be replaced, but what is in it can", () => {
    const data = `${treeRoot}/data:/data`;
    const deep = `${treeRoot}/data/deep:/deep`;
    expect(order({ app: {}, a: { volumes: [data] }, b: { volumes: [data] } })).toMatchObject({ conflicts: [] });
    expect(dependencies(order({ app: {}, a: { volumes: [data] }, b: { volumes: [deep] } }))).toMatchObject({
      a: ["b"],
    });
  });

  it("also if a folder outside the project was replaced by a folder of the session", () => {
    const services = {
      app: {},
      a: { volumes: [`${besideRoot}/1/data:/data`] },
      b: { volumes: [`${besideRoot}/1/data/db:/db`, `${besideRoot}/2/data:/x`] },
    };
    expect(dependencies(order(services))).toEqual({ a: ["b"] });
  });

  it("services that are not started do not matter, and are not started", () => {
    const services = {
      app: { volumes: [sub] },
      idle: { volumes: [all, sub], profiles: ["x"] },
      other: { volumes: [sub] },
    };
    expect(dependencies(order(services, {}, ["app"]))).toEqual({});
    expect(dependencies(order(services))).toEqual({ app: ["other"] });
    expect(order(services, {}, ["idle"]).conflicts).toHaveLength(1);
  });
});

describe("a combination that no order makes safe is a conflict", () => {
  const writer = { volumes: [all] };
  it.each<[string, Record<string, JsonObject>, JsonObject?]>([
    [
      "depends_on, healthy",
      { app: { volumes: [sub], depends_on: { prep: { condition: "service_healthy" } } }, prep: writer },
    ],
    ["depends_on, a list", { app: { volumes: [sub], depends_on: ["prep"] }, prep: writer }],
    ["by way of a third", { app: { volumes: [sub], depends_on: ["x"] }, x: { depends_on: ["prep"] }, prep: writer }],
    ["links", { app: { volumes: [sub], links: ["prep:p"] }, prep: writer }],
    ["its network", { app: { volumes: [sub], network_mode: "service:prep" }, prep: writer }],
    ["its ipc", { app: { volumes: [sub], ipc: "service:prep" }, prep: writer }],
    ["its processes", { app: { volumes: [sub], pid: "service:prep" }, prep: writer }],
    ["its mounts", { app: {}, side: { volumes: [sub] }, prep: { volumes_from: ["side:ro"], depends_on: ["app"] } }],
    ["two that both write and mount", { app: { volumes: [all, sub] }, prep: { volumes: [all, sub] } }],
    [
      "the long form",
      {
        app: { volumes: [{ type: "bind", source: `${treeRoot}/sub`, target: "/sub" }], depends_on: ["prep"] },
        prep: { volumes: [{ type: "bind", source: treeRoot, target: "/w" }] },
      },
    ],
    [
      "a part of the path",
      {
        app: {},
        side: { volumes: [`${treeRoot}/a/b/c:/c`], depends_on: ["prep"] },
        prep: { volumes: [`${treeRoot}/a:/a`] },
      },
    ],
    ["a service that waits for the dev container", { app: {}, side: { volumes: [sub], depends_on: ["app"] } }],
    ["a read-only mount", { app: { volumes: [`${sub}:ro`], depends_on: ["prep"] }, prep: writer }],
    ["another of the same service", { app: {}, side: { volumes: [all, sub], scale: 2 } }],
    ["another of the same service, deployed", { app: {}, side: { volumes: [all, sub], deploy: { replicas: 2 } } }],
    [
      "a secret",
      { app: { depends_on: ["prep"], secrets: ["s"] }, prep: writer },
      { secrets: { s: { file: `${treeRoot}/s.txt` } } },
    ],
    [
      "a config",
      { app: { depends_on: ["prep"], configs: [{ source: "c", target: "/c" }] }, prep: writer },
      { configs: { c: { file: `${treeRoot}/c.txt` } } },
    ],
    [
      "a service that sees the processes of a writer",
      { app: {}, side: { volumes: [sub], depends_on: ["x"] }, x: { pid: "service:app" } },
    ],
    [
      "outside the project",
      {
        app: {},
        a: { volumes: [`${besideRoot}/1/d:/d`] },
        b: { volumes: [`${besideRoot}/1/d/e:/e`], depends_on: ["a"] },
      },
    ],
  ])("%s", (_, services, more = {}) => {
    expect(order(services, more).conflicts.length).toBeGreaterThan(0);
  });

  it("what devcontainer.json mounts into the dev container's service counts as its own", () => {
    const services = { app: { depends_on: ["prep"] }, prep: writer };
    const result = orderStarts({ services }, { main: "app", runServices: [], mainBinds: ["sub"] });
    expect(result.conflicts).toEqual([{ service: "app", path: "sub", writer: "prep" }]);
  });
});

it("startSequence puts dependencies first", () => {
  const services = { app: { depends_on: ["web"], network_mode: "service:db" }, db: {}, web: { links: ["db:d"] } };
  expect(startSequence({ services })).toEqual(["db", "web", "app"]);
  expect(startSequence({ services: { a: { depends_on: ["b"] }, b: { depends_on: ["a"] } } })).toHaveLength(2);
});
