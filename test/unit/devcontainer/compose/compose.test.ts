import { describe, expect, it } from "vitest";
import { overrideCompose } from "../../../../src/devcontainer/compose/override-compose.ts";
import { readBuilds } from "../../../../src/devcontainer/compose/read-builds.ts";
import { rewriteCompose } from "../../../../src/devcontainer/compose/rewrite-compose.ts";
import { toTree, treeRoot } from "../../../../src/devcontainer/compose/tree-root.ts";
import { judgeCompose } from "../../../../src/devcontainer/judge/judge-compose.ts";
import { createVerdict } from "../../../../src/devcontainer/judge/verdict.ts";
import type { JsonObject } from "../../../../src/devcontainer/types.ts";

function judge(canonical: JsonObject): { what: string[]; binds: string[] } {
  const verdict = createVerdict("compose");
  judgeCompose(verdict, canonical);
  return { what: verdict.findings.map(({ what }) => what), binds: verdict.cloneBinds };
}

const service = (more: JsonObject): JsonObject => ({ services: { app: { image: "x", ...more } } });

describe("judgeCompose", () => {
  it("lets through what gives nothing of the host", () => {
    const harmless: JsonObject = {
      command: "sleep infinity",
      environment: { A: "1" },
      depends_on: { side: { condition: "service_started" } },
      ports: ["8080:80"],
      volumes: [
        `${treeRoot}:/work:rw`,
        { type: "bind", source: `${treeRoot}/x`, target: "/x" },
        "cache:/c",
        "/anonymous",
      ],
      security_opt: ["no-new-privileges:true"],
      privileged: false,
      devices: [],
      healthcheck: { test: ["CMD", "true"] },
      tmpfs: "/run",
      deploy: { resources: { limits: { cpus: "1" } } },
    };
    expect(judge({ ...service(harmless), volumes: { cache: {} }, version: "3.9", "x-anything": 1 })).toEqual({
      what: [],
      binds: ["", "x"],
    });
  });

  it.each<[string, JsonObject]>([
    ["privileged", { privileged: true }],
    ["capabilities", { cap_add: ["SYS_ADMIN"] }],
    ["devices", { devices: ["/dev/kvm"] }],
    ["device rules", { device_cgroup_rules: ["a *:* rwm"] }],
    ["deployed devices", { deploy: { resources: { reservations: { devices: [{ capabilities: ["gpu"] }] } } } }],
    ["the host's network", { network_mode: "host" }],
    ["another container's network", { network_mode: "container:x" }],
    ["the host's processes", { pid: "host" }],
    ["the host's ipc", { ipc: "host" }],
    ["the host's users", { userns_mode: "host" }],
    ["the host's name", { uts: "host" }],
    ["a cgroup", { cgroup_parent: "/" }],
    ["the host's cgroups", { cgroup: "host" }],
    ["seccomp off", { security_opt: ["seccomp:unconfined"] }],
    ["apparmor off", { security_opt: ["apparmor=unconfined"] }],
    ["groups of the host", { group_add: ["docker"] }],
    ["sysctls", { sysctls: { "kernel.x": "1" } }],
    ["other containers' volumes", { volumes_from: ["container:x"] }],
    ["a runtime", { runtime: "other" }],
    ["the engine's socket", { volumes: ["/var/run/docker.sock:/var/run/docker.sock"] }],
    ["the host's root", { volumes: ["/:/host:ro"] }],
    ["a way out of the clone", { volumes: [`${treeRoot}/../../x:/x`] }],
    [
      "a way out of the clone, long form",
      { volumes: [{ type: "bind", source: `${treeRoot}/a/../../x`, target: "/x" }] },
    ],
    ["the host's root, long form", { volumes: [{ type: "bind", source: "/", target: "/host" }] }],
    ["the user's home", { volumes: ["~/.ssh:/ssh"] }],
    ["propagation", { volumes: [{ type: "bind", source: treeRoot, target: "/w", bind: { propagation: "shared" } }] }],
    ["propagation, short form", { volumes: [`${treeRoot}:/w:shared`] }],
    ["an unknown kind of mount", { volumes: [{ type: "npipe", source: "x", target: "/x" }] }],
    ["ssh in the build", { build: { context: treeRoot, ssh: ["default"] } }],
    ["secrets in the build", { build: { context: treeRoot, secrets: ["x"] } }],
    ["the host's network in the build", { build: { context: treeRoot, network: "host" } }],
    ["entitlements in the build", { build: { context: treeRoot, entitlements: ["security.insecure"] } }],
    ["a privileged build", { build: { context: treeRoot, privileged: true } }],
    ["other contexts", { build: { context: treeRoot, additional_contexts: { x: "/" } } }],
    ["a logging program", { logging: { driver: "syslog" } }],
    ["what Compose may learn later", { reach_host: true }],
    ["a program that Compose runs on the host", { provider: { type: "x" } }],
    ["host commands on start", { develop: { watch: [] } }],
  ])("asks about %s", (_, more) => {
    expect(judge(service(more)).what).not.toEqual([]);
  });

  it.each<[string, JsonObject]>([
    [
      "a volume that is a folder of the host",
      { volumes: { v: { driver_opts: { type: "none", o: "bind", device: "/" } } } },
    ],
    ["a volume of others", { volumes: { v: { external: true } } }],
    ["a volume driver", { volumes: { v: { driver: "nfs" } } }],
    ["a network of others", { networks: { n: { external: true } } }],
    ["a network driver", { networks: { n: { driver: "macvlan" } } }],
    ["a secret from the host", { secrets: { s: { file: "/etc/shadow" } } }],
    ["a secret from the environment", { secrets: { s: { environment: "TOKEN" } } }],
    ["an unknown section", { models: { m: {} } }],
  ])("asks about %s", (_, more) => {
    expect(judge({ ...service({}), ...more }).what).not.toEqual([]);
  });
});

describe("rewriteCompose", () => {
  it("takes away what two sessions would fight over, and says so", () => {
    const { canonical, changes } = rewriteCompose({
      name: "cowork",
      services: {
        app: {
          container_name: "mine",
          restart: "always",
          ports: [{ target: 80, published: 8080 }, "127.0.0.1:9000:90/udp"],
          labels: { "cowork.session": "other", mine: "1" },
          networks: { n: { ipv4_address: "10.0.0.2", aliases: ["a"] } },
        },
      },
      volumes: { v: { name: "shared" }, own: { name: "cowork_own" } },
      networks: { n: { ipam: { config: [{ subnet: "10.0.0.0/24" }] } } },
    });
    expect(canonical).toEqual({
      services: {
        app: {
          ports: ["127.0.0.1::80", "127.0.0.1::90/udp"],
          labels: { mine: "1" },
          networks: { n: { aliases: ["a"] } },
        },
      },
      volumes: { v: {}, own: {} },
      networks: { n: {} },
    });
    expect(changes).toHaveLength(5);
  });
});

describe("paths", () => {
  it("below the folder begin with treeRoot, also in short volumes; a longer name does not count as below", () => {
    expect(["/t", "/t/x", "/t:/w", "/tx", "/other"].map((path) => toTree(path, "/t"))).toEqual([
      treeRoot,
      `${treeRoot}/x`,
      `${treeRoot}:/w`,
      "/tx",
      "/other",
    ]);
  });

  it("of builds lie in the repository", () => {
    const built = (build: JsonObject): unknown => readBuilds({ services: { app: { build } } });
    expect(built({ context: treeRoot, dockerfile: "d/D", args: ["A=1", "B"], target: "t" })).toEqual([
      { service: "app", context: "", dockerfile: "d/D", args: { A: "1" }, target: "t" },
    ]);
    expect(() => built({ context: "/etc" })).toThrow("does not lie in the repository");
    expect(() => built({ context: treeRoot, dockerfile: "../D" })).toThrow("does not lie in the repository");
  });
});

describe("overrideCompose", () => {
  it("puts clone, shared image, labels and our mounts in their places", () => {
    const canonical: JsonObject = {
      services: {
        app: { build: { context: treeRoot }, volumes: [`${treeRoot}:/work`], environment: ["A=1"] },
        side: { image: "db", build: { context: treeRoot } },
      },
    };
    const plan = { compose: { canonical, service: "app" } };
    const request = {
      plan,
      image: { ref: "shared", metadata: [], services: { side: "built" } },
      mounts: { clone: "/clone", labels: { "cowork.session": "app-a" } },
      settings: { cpus: 2, memory: "4g" },
      composeFile: "/state/compose.yml",
    } as unknown as Parameters<typeof overrideCompose>[0];
    const made = overrideCompose(request, {
      config: { name: "x" },
      containerEnv: { B: "a$b" },
      ours: [{ source: "/opt", target: "/opt/cowork", readOnly: true }],
    });
    expect(made.config).toEqual({ name: "x", dockerComposeFile: ["/state/compose.yml"], service: "app" });
    expect(made.compose).toEqual({
      services: {
        app: {
          stop_grace_period: "20s",
          cpus: 2,
          mem_limit: "4g",
          image: "shared",
          labels: { "cowork.session": "app-a" },
          environment: { A: "1", B: "a$$b" },
          volumes: [
            { type: "bind", source: "/clone", target: "/work" },
            { type: "bind", source: "/opt", target: "/opt/cowork", read_only: true },
          ],
        },
        side: { image: "built", labels: { "cowork.session": "app-a" } },
      },
    });
  });
});
