import { mkdir, writeFile } from "node:fs/promises";
import { join, normalize } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planOverride } from "../../../src/devcontainer/override/override.ts";
import type { Override, DevcontainerPlan, JsonObject } from "../../../src/devcontainer/types.ts";
import { planDevcontainer } from "../../../src/devcontainer/plan.ts";
import type { Context } from "../../../src/system/context.ts";
import { createRun } from "../../../src/system/process/run.ts";
import { imageContext, type ImageContext } from "../../support/engine/image-context.ts";
import { memorySource } from "../../support/engine/memory-source.ts";

/**
 * Compose files that try to mount a folder of the host, resolved by the real Compose. Each one needs the user's consent, is
 * refused, or mounts only the session's own files, in a start order in which no service can redirect a mount.
 */
let fixture: ImageContext;
let canary: string;

beforeAll(async () => {
  // Ask for Compose's version only once for all tests.
  const found = new Map<string, ReturnType<Context["run"]>>();
  const run = createRun({ env: process.env });
  fixture = await imageContext({
    ask: async () => false,
    run: (file, args, options) => {
      if (args.at(-1) !== "version") return run(file, args, options);
      const known = found.get(file) ?? run(file, args, options);
      found.set(file, known);
      return known;
    },
  });
  canary = join(fixture.folder, "canary");
  await mkdir(canary);
  await writeFile(join(canary, "proof"), "HOST");
});
afterAll(() => fixture.end());

type Services = Record<string, JsonObject>;
interface Variant {
  services: Services;
  more?: JsonObject;
  config?: JsonObject;
  files?: Record<string, string | { link: string }>;
}

const all = "..:/w";
const sub = "../sub:/sub";
const writer: JsonObject = { image: "x", volumes: [all] };
const app = (more: JsonObject = {}): JsonObject => ({ image: "x", volumes: [all], ...more });

async function outcome({ services, more = {}, config = {}, files = {} }: Variant): Promise<string> {
  const text = JSON.stringify({ version: "3.8", services, ...more }).replaceAll("CANARY", canary);
  const source = memorySource({
    ".devcontainer/devcontainer.json": JSON.stringify({
      dockerComposeFile: "docker-compose.yml",
      service: "app",
      workspaceFolder: "/w",
      ...config,
    }).replaceAll("CANARY", canary),
    ".devcontainer/docker-compose.yml": text,
    "sub/f": "",
    ...files,
  });
  let plan: DevcontainerPlan;
  try {
    plan = await planDevcontainer(fixture.ctx, source, { settings: { devcontainer: undefined } });
  } catch (error) {
    return (error as { code?: string }).code === "DEVCONTAINER_INVALID" ? "refused" : String(error);
  }
  if (plan.findings.length > 0) return "asked";
  expectSafe(override(plan));
  return "safe";
}

const clone = "/h/sessions/app-a";
const beside = "/h/state/app-a/beside";
const ours = "/h/ours";

function override(plan: DevcontainerPlan): Override {
  return planOverride({
    plan,
    image: { ref: "x", metadata: [], remoteUser: "root" },
    mounts: {
      id: "app-a",
      name: "a",
      project: "app",
      folder: "app",
      labels: {},
      clone,
      beside,
      launchers: ours,
      container: ours,
    },
    composeProject: "cowork-x",
    settings: { cpus: undefined, memory: undefined },
    composeFile: "/h/compose.yml",
  });
}

interface Running {
  sources: { path: string; writable: boolean }[];
  after: string[];
}

/** Checks independently of the code: in every order that Compose may choose, assume that each running service is hostile. */
function expectSafe({ compose = {}, config }: Override): void {
  const services = compose["services"] as Services;
  const named = (key: string): Record<string, { file?: string }> => (compose[key] ?? {}) as never;
  const read = (name: string): Running => {
    const one = services[name] ?? {};
    const volumes = ((one["volumes"] ?? []) as (string | JsonObject)[]).flatMap((volume) => {
      const [source, , mode] =
        typeof volume === "string"
          ? volume.split(":")
          : [
              volume["type"] === "bind" ? (volume["source"] as string) : "v",
              "",
              volume["read_only"] === true ? "ro" : "",
            ];
      return source?.startsWith("/") && source !== ours ? [{ path: normalize(source), writable: mode !== "ro" }] : [];
    });
    const files = ["secrets", "configs"].flatMap((key) =>
      ((one[key] ?? []) as (string | { source: string })[]).flatMap((use) => {
        const { file } = named(key)[typeof use === "string" ? use : use.source] ?? {};
        return file === undefined ? [] : [{ path: normalize(file), writable: false }];
      }),
    );
    const needs = one["depends_on"] ?? [];
    return { sources: [...volumes, ...files], after: Array.isArray(needs) ? (needs as string[]) : Object.keys(needs) };
  };
  const mine = ((config["mounts"] ?? []) as string[]).flatMap((mount) => {
    const [, source] = /source=([^,]*)/.exec(mount) ?? [];
    return source === undefined ? [] : [normalize(source.replace("${localWorkspaceFolder}", clone))];
  });
  const isStarted = (name: string): boolean => services[name]?.["profiles"] === undefined;
  const running = Object.keys(services)
    .filter(isStarted)
    .map((name): [string, Running] => [name, read(name)]);
  running
    .find(([name]) => name === "app")?.[1]
    .sources.push({ path: clone, writable: true }, ...mine.map((path) => ({ path, writable: true })));
  const before = (name: string, seen = new Set<string>()): Set<string> => {
    for (const other of running.find(([one]) => one === name)?.[1].after ?? []) {
      if (!seen.has(other)) before(other, seen.add(other));
    }
    return seen;
  };
  for (const [name, { sources }] of running) {
    for (const { path } of sources) {
      const isOwn = [clone, beside].some((root) => path === root || path.startsWith(`${root}/`));
      expect({ name, path, isOwn }).toEqual({ name, path, isOwn: true });
      for (const [other, { sources: theirs }] of running) {
        const canChange = theirs.some((one) => one.writable && path.startsWith(`${one.path}/`));
        const waits = other === name || !canChange || before(other).has(name);
        expect({ name, path, other, waits }).toEqual({ name, path, other, waits: true });
      }
    }
  }
}

describe("needs consent", () => {
  const after = (condition: string): JsonObject => ({ depends_on: { prep: { condition } } });
  test.each<[string, Variant]>([
    [
      "a sibling that starts first",
      { services: { app: app({ volumes: [all, sub], depends_on: ["prep"] }), prep: writer } },
    ],
    [
      "a sibling that has to be healthy",
      { services: { app: app({ volumes: [all, sub], ...after("service_healthy") }), prep: writer } },
    ],
    [
      "a sibling that has to end first",
      { services: { app: app({ volumes: [all, sub], ...after("service_completed_successfully") }), prep: writer } },
    ],
    [
      "the long form",
      {
        services: {
          app: app({ volumes: [{ type: "bind", source: "../sub", target: "/sub" }], depends_on: ["prep"] }),
          prep: { image: "x", volumes: [{ type: "bind", source: "..", target: "/w" }] },
        },
      },
    ],
    [
      "a service that waits for the dev container",
      { services: { app: app(), side: { image: "x", volumes: [sub], depends_on: ["app"] } } },
    ],
    [
      "two that write and mount",
      { services: { app: app({ volumes: [all, sub] }), side: { image: "x", volumes: [all, sub] } } },
    ],
    [
      "a sibling that can write a parent folder of the mount",
      {
        services: {
          app: app(),
          a: { image: "x", volumes: ["../d:/d"] },
          b: { image: "x", volumes: ["../d/e:/e"], depends_on: ["a"] },
        },
      },
    ],
    [
      "mounts inherited with volumes_from",
      {
        services: {
          app: app(),
          prep: writer,
          side: { image: "x", volumes_from: ["taken"], depends_on: ["prep"] },
          taken: { image: "x", volumes: [sub] },
        },
      },
    ],
    [
      "the network of a sibling",
      { services: { app: app({ volumes: [all, sub], network_mode: "service:prep" }), prep: writer } },
    ],
    [
      "a secret",
      {
        services: { app: app({ secrets: ["s"], depends_on: ["prep"] }), prep: writer },
        more: { secrets: { s: { file: "../sub/f" } } },
      },
    ],
    [
      "a mount of devcontainer.json",
      {
        services: { app: app({ depends_on: ["prep"] }), prep: writer },
        config: { mounts: ["type=bind,source=${localWorkspaceFolder}/sub,target=/sub"] },
      },
    ],
    ["an absolute path", { services: { app: app({ volumes: [all, "CANARY:/c"] }) } }],
    [
      "an absolute path, long",
      { services: { app: app({ volumes: [{ type: "bind", source: "CANARY", target: "/c" }] }) } },
    ],
    ["an absolute path of a sibling", { services: { app: app(), side: { image: "x", volumes: ["CANARY:/c:ro"] } } }],
    ["a home", { services: { app: app({ volumes: [all, "~/x:/c"] }) } }],
    [
      "a volume that is a folder",
      {
        services: { app: app({ volumes: [all, "v:/c"] }) },
        more: { volumes: { v: { driver: "local", driver_opts: { type: "none", o: "bind", device: "CANARY" } } } },
      },
    ],
    [
      "a volume that is a folder of the clone",
      {
        services: { app: app({ volumes: [all, "v:/c"] }) },
        more: { volumes: { v: { driver_opts: { type: "none", o: "bind", device: "${PWD}/sub" } } } },
      },
    ],
    [
      "an external volume",
      { services: { app: app({ volumes: [all, "v:/c"] }) }, more: { volumes: { v: { external: true } } } },
    ],
    [
      "a secret of the host",
      { services: { app: app({ secrets: ["s"] }) }, more: { secrets: { s: { file: "CANARY/proof" } } } },
    ],
    ["another container's mounts", { services: { app: app({ volumes_from: ["container:other"] }) } }],
    [
      "propagation",
      {
        services: {
          app: app({ volumes: [{ type: "bind", source: "..", target: "/w", bind: { propagation: "rshared" } }] }),
        },
      },
    ],
    [
      "several replicas of a service that writes and mounts",
      { services: { app: app(), side: { image: "x", volumes: [all, sub], deploy: { replicas: 2 } } } },
    ],
    [
      "a mount above cowork's own files",
      { services: { app: app({ volumes: [all, "v:/opt"] }) }, more: { volumes: { v: {} } } },
    ],
    [
      "devcontainer.json, an absolute path",
      { services: { app: app() }, config: { mounts: ["type=bind,source=CANARY,target=/c"] } },
    ],
  ])("%s", async (_, variant) => {
    expect(await outcome(variant)).toBe("asked");
  });
});

describe("refused", () => {
  test.each<[string, Variant]>([
    ["the policy, from the clone", { services: { app: app({ volumes: [all, "../sub:/etc/claude-code"] }) } }],
    [
      "the launchers, a volume",
      { services: { app: app({ volumes: [all, "v://opt//cowork/bin/"] }) }, more: { volumes: { v: {} } } },
    ],
    ["the launchers, no source", { services: { app: app({ volumes: [all, "/opt/cowork"] }) } }],
    ["the vault, tmpfs", { services: { app: app({ tmpfs: ["/cowork/auth/claude:size=1m"] }) } }],
    [
      "the vault, tmpfs of the long form",
      { services: { app: app({ volumes: [all, { type: "tmpfs", target: "/x/../cowork" }] }) } },
    ],
    [
      "the policy, a secret",
      {
        services: { app: app({ secrets: [{ source: "s", target: "/etc/claude-code/managed-settings.json" }] }) },
        more: { secrets: { s: { file: "../sub/f" } } },
      },
    ],
    [
      "the policy, a secret with a relative target",
      {
        services: { app: app({ secrets: [{ source: "s", target: "../../etc/claude-code/x" }] }) },
        more: { secrets: { s: { file: "../sub/f" } } },
      },
    ],
    [
      "the policy, by a sibling's mounts",
      {
        services: { app: app({ volumes_from: ["side"] }), side: { image: "x", volumes: ["../sub:/etc/claude-code"] } },
      },
    ],
    [
      "devcontainer.json",
      {
        services: { app: app() },
        config: { mounts: [{ type: "bind", source: "${localWorkspaceFolder}/sub", target: "/cowork/session" }] },
      },
    ],
    [
      "devcontainer.json, by its own workspace folder",
      {
        services: { app: app() },
        config: { workspaceFolder: "/opt", mounts: ["type=tmpfs,target=${containerWorkspaceFolder}/cowork"] },
      },
    ],
  ])("%s", async (_, variant) => {
    expect(await outcome(variant)).toBe("refused");
  });
});

describe("is safe without consent", () => {
  test.each<[string, Variant]>([
    [
      "a folder of the clone and a service that writes the clone",
      { services: { app: app({ volumes: [all, sub] }), swap: writer } },
    ],
    [
      "files for services",
      {
        services: {
          app: app(),
          web: { image: "x", volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro"] },
          db: { image: "x", volumes: ["../sub:/docker-entrypoint-initdb.d", "data:/data"] },
        },
        more: { volumes: { data: {} } },
      },
    ],
    [
      "services that the dev container waits for",
      {
        services: {
          app: app({ depends_on: { db: { condition: "service_healthy" } } }),
          db: { image: "x", volumes: [sub], healthcheck: { test: ["CMD", "true"] } },
        },
      },
    ],
    [
      "secrets and configs",
      {
        services: { app: app({ secrets: ["s"] }), web: { image: "x", secrets: ["s"] } },
        more: { secrets: { s: { file: "../sub/f" } } },
      },
    ],
    ["data next to the project", { services: { app: app(), db: { image: "x", volumes: ["../../data/db:/data"] } } }],
    [
      "a folder far above the project",
      { services: { app: app({ volumes: [all, "../../../x/y:/x"] }), b: { image: "x", volumes: ["../../..:/all"] } } },
    ],
    [
      "a path that leaves the project and returns",
      { services: { app: app({ volumes: [all, "../sub/../../elsewhere/../y:/y"] }) } },
    ],
    ["the folder that contains the project", { services: { app: app({ volumes: ["../..:/workspaces"] }) } }],
    [
      "devcontainer.json, a folder next to the project",
      {
        services: { app: app() },
        config: { mounts: ["type=bind,source=${localWorkspaceFolder}/sub/../../.aws,target=/aws"] },
      },
    ],
    [
      "a service that is not started",
      {
        services: { app: app({ volumes: [all, sub] }), idle: { image: "x", volumes: [all, sub], profiles: ["x"] } },
        config: { runServices: ["app"] },
      },
    ],
  ])("%s", async (_, variant) => {
    expect(await outcome(variant)).toBe("safe");
  });
});
