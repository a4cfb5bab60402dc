import { describe, expect, it } from "vitest";
import { overrideCompose } from "../../../../src/devcontainer/compose/override-compose.ts";
import { readBuilds } from "../../../../src/devcontainer/compose/read-builds.ts";
import { rewriteCompose } from "../../../../src/devcontainer/compose/rewrite-compose.ts";
import { startedServices } from "../../../../src/devcontainer/compose/started-services.ts";
import { cloneName, locate, planProject, toTree, treeRoot } from "../../../../src/devcontainer/compose/tree-root.ts";
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
  it("accepts what gives the container nothing of the host", () => {
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
      network_mode: "service:side",
      ipc: "service:side",
      pid: "service:side",
      volumes_from: ["side:ro"],
      env_file: ["/read/already"],
      develop: { watch: [{ action: "sync", path: treeRoot, target: "/x" }] },
    };
    expect(judge({ ...service(harmless), volumes: { cache: {} }, version: "3.9", "x-anything": 1 })).toEqual({
      what: [],
      binds: ["", "x"],
    });
  });

  it("records mounts by their path on disk", () => {
    const volumes = [`${treeRoot}/a$$b:/x`, { type: "bind", source: `${treeRoot}/../c$$d`, target: "/y" }];
    const secrets = { s: { file: `${treeRoot}/$$e` } };
    expect(judge({ ...service({ volumes }), secrets }).binds).toEqual(["$e", "../c$d", "a$b"]);
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
    ["a group of the host", { group_add: ["docker"] }],
    ["sysctls", { sysctls: { "kernel.x": "1" } }],
    ["other containers' volumes", { volumes_from: ["container:x"] }],
    ["a variable of the host", { environment: { TOKEN: null } }],
    ["a variable of the host, in a list", { environment: ["A=1", "TOKEN"] }],
    ["a variable of the host in the build", { build: { context: treeRoot, args: { TOKEN: null } } }],
    ["another container's ipc", { ipc: "container:x" }],
    ["another container's processes", { pid: "container:x" }],
    ["a network by name", { network_mode: "other" }],
    ["hooks on the host's rights", { post_start: [{ command: "x", privileged: true }] }],
    ["the engine's socket, the new way", { use_api_socket: true }],
    ["GPUs", { gpus: "all" }],
    ["the priority when memory runs out", { oom_score_adj: -1000 }],
    ["a runtime", { runtime: "other" }],
    ["the engine's socket", { volumes: ["/var/run/docker.sock:/var/run/docker.sock"] }],
    ["the host's root", { volumes: ["/:/host:ro"] }],
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
    ["what Compose may support later", { reach_host: true }],
    ["a program that Compose runs on the host", { provider: { type: "x" } }],
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

describe("a finding", () => {
  it("shows paths as the project has them", () => {
    const shown = judge(
      service({
        build: { context: treeRoot, additional_contexts: { a: `${treeRoot}/../x`, b: `${treeRoot}/d` } },
        cgroup_parent: planProject,
      }),
    );
    expect(shown.what).toEqual(['{"a":"./../x","b":"./d"}', "<session>"]);
  });
});

describe("services that a session starts", () => {
  const resolved: JsonObject = {
    services: {
      app: { profiles: ["dev"], depends_on: { db: {} }, network_mode: "service:net" },
      db: { profiles: ["x"], links: ["cache:c"], volumes_from: ["data:ro"] },
      net: {},
      cache: { depends_on: ["app"] },
      data: {},
      more: { profiles: ["y"] },
      idle: { profiles: ["z"] },
    },
  };
  it("are the dev container's own, those of runServices, and their dependencies", () => {
    const started = startedServices(resolved, { service: "app", runServices: ["more", "nothing"] });
    expect([...started].toSorted()).toEqual(["app", "cache", "data", "db", "more", "net"]);
    const { canonical, changes } = rewriteCompose(resolved, [], started);
    const services = canonical["services"] as Record<string, JsonObject>;
    expect(Object.keys(services).filter((name) => services[name]?.["profiles"] !== undefined)).toEqual(["idle"]);
    expect(changes).toHaveLength(3);
  });
});

describe("container_name", () => {
  it.each<[string, JsonObject, unknown]>([
    ["the default network", {}, { default: { aliases: ["db"] } }],
    ["a list", { networks: ["a", "b"] }, { a: { aliases: ["db"] }, b: { aliases: ["db"] } }],
    [
      "a map",
      { networks: { a: { aliases: ["x"], ipv4_address: "10.0.0.2" }, b: null } },
      { a: { aliases: ["x", "db"] }, b: { aliases: ["db"] } },
    ],
    ["another one's network", { network_mode: "service:x" }, undefined],
  ])("stays as an alias on %s", (_, more, networks) => {
    const { canonical } = rewriteCompose(service({ container_name: "db", ...more }));
    expect((canonical["services"] as Record<string, JsonObject>)["app"]?.["networks"]).toEqual(networks);
  });
});

describe("rewriteCompose", () => {
  it("removes what two sessions would conflict over, and reports each change", () => {
    const { canonical, changes } = rewriteCompose({
      name: planProject,
      services: {
        app: {
          container_name: "mine",
          restart: "always",
          ports: [{ target: 80, published: 8080 }, "127.0.0.1:9000:90/udp"],
          labels: { "cowork.session": "other", mine: "1" },
          networks: { n: { ipv4_address: "10.0.0.2", aliases: ["a"] } },
        },
      },
      volumes: {
        v: { name: "shared" },
        own: { name: `${planProject}_own`, labels: { "cowork.session": "other", mine: "1" } },
      },
      networks: { n: { ipam: { config: [{ subnet: "10.0.0.0/24" }] } } },
    });
    expect(canonical).toEqual({
      services: {
        app: {
          ports: ["127.0.0.1::80", "127.0.0.1::90/udp"],
          labels: { mine: "1" },
          networks: { n: { aliases: ["a", "mine"] } },
        },
      },
      volumes: { v: {}, own: { labels: { mine: "1" } } },
      networks: { n: {} },
    });
    expect(changes).toHaveLength(6);
  });
});

describe("what belongs to a single project", () => {
  it("mounts only the clone instead of the project's parent folder, in both forms", () => {
    const { canonical, changes } = rewriteCompose(
      service({
        volumes: [`${treeRoot}/..:/workspaces:cached`, { type: "bind", source: `${treeRoot}/..`, target: "/w/" }],
      }),
    );
    expect(canonical).toEqual(
      service({
        volumes: [
          `${treeRoot}:/workspaces/${cloneName}:cached`,
          { type: "bind", source: treeRoot, target: `/w/${cloneName}` },
        ],
      }),
    );
    expect(changes).toHaveLength(2);
    expect(judge(service({ volumes: [`${treeRoot}/..:/workspaces:cached`] }))).toEqual({ what: [], binds: [""] });
  });

  it("removes restart policies, files that were read, and enabled profiles", () => {
    const more = {
      restart: "no",
      deploy: { restart_policy: {}, resources: {} },
      env_file: ["x"],
      profiles: ["on", "x"],
    };
    expect(rewriteCompose(service(more), ["on"])).toEqual({
      canonical: service({ deploy: { resources: {} } }),
      changes: [],
    });
    expect(rewriteCompose(service({ profiles: ["off"] }), ["on"]).canonical).toEqual(service({ profiles: ["off"] }));
  });
});

/** With everything written out, as version 2 does. */
const written: JsonObject = {
  name: planProject,
  services: {
    app: {
      build: { context: treeRoot, dockerfile: "Dockerfile" },
      command: null,
      entrypoint: null,
      deploy: { resources: { limits: { cpus: 0.5 } }, placement: {} },
      networks: { default: null },
      ports: [{ mode: "ingress", target: 80, published: "8080", protocol: "tcp", host_ip: "0.0.0.0" }],
      volumes: [
        { type: "bind", source: `${treeRoot}/..`, target: "/workspaces", bind: { create_host_path: true } },
        { type: "volume", source: "data", target: "/data", volume: {} },
        { type: "bind", source: `${treeRoot}/cfg`, target: "/cfg", read_only: true, bind: { create_host_path: true } },
      ],
      secrets: [{ source: "s", target: "/run/secrets/s" }],
    },
  },
  networks: { default: { name: `${planProject}_default`, ipam: {} } },
  volumes: { data: { name: `${planProject}_data` } },
  secrets: { s: { name: `${planProject}_s`, file: `${treeRoot}/s.txt` } },
};

describe("the output of version 2", () => {
  it("has no findings, and only changes that the project is the reason for", () => {
    expect(judge(written)).toEqual({ what: [], binds: ["", "cfg", "s.txt"] });
    const { canonical, changes } = rewriteCompose(written);
    expect(changes).toHaveLength(2);
    expect(changes.join()).toMatch(/port 8080:80.*the parent folder of the project/);
    expect(canonical).toMatchObject({
      services: { app: { ports: ["127.0.0.1::80"], networks: { default: null } } },
      volumes: { data: {} },
      networks: { default: {} },
    });
    expect(canonical).not.toHaveProperty("name");
  });
});

describe("paths", () => {
  it("above the folder show how far above, and longer names do not match", () => {
    const tree = "/t/up/tree";
    const texts = ["/t/up/x", "/t/up", "cat /t/up/tree/x:/t/up/tree", "/t/up/trees", "/t/up/tree.x"];
    expect(texts.map((text) => toTree(text, tree))).toEqual([
      `${treeRoot}/../x`,
      `${treeRoot}/..`,
      `cat ${treeRoot}/x:${treeRoot}`,
      `${treeRoot}/../trees`,
      `${treeRoot}/../tree.x`,
    ]);
    expect(locate(`${treeRoot}/a/../..//x/`)).toEqual({ kind: "beside", path: "../x" });
    expect(locate(`${treeRoot}/a//b/..`)).toEqual({ kind: "inside", path: "a" });
    expect(locate("/etc")).toEqual({ kind: "absolute" });
  });

  it("below the folder begin with treeRoot, also in short volumes; a longer name does not count as below", () => {
    expect(["/t", "/t/x", "/t:/w", "/tx", "/other"].map((path) => toTree(path, "/t"))).toEqual([
      treeRoot,
      `${treeRoot}/x`,
      `${treeRoot}:/w`,
      "/tx",
      "/other",
    ]);
  });

  it("of builds are inside the repository", () => {
    const built = (build: JsonObject): unknown => readBuilds({ services: { app: { build } } });
    expect(built({ context: treeRoot, dockerfile: "d/D", args: ["A=1", "B"], target: "t" })).toEqual([
      { service: "app", context: "", dockerfile: "d/D", args: { A: "1" }, target: "t" },
    ]);
    expect(() => built({ context: "/etc" })).toThrow("is outside the repository");
    expect(() => built({ context: treeRoot, dockerfile: "../D" })).toThrow("is outside the repository");
  });
});

describe("overrideCompose", () => {
  const request = (app: JsonObject, more: object = {}): Parameters<typeof overrideCompose>[0] =>
    ({
      plan: { compose: { canonical: { services: { app } }, service: "app" } },
      image: { ref: "shared", metadata: [] },
      mounts: { id: "app-a", name: "a", clone: "/h$x/app-a", labels: {} },
      composeProject: "cowork-0123456789ab",
      settings: {},
      composeFile: "/state/compose.yml",
      ...more,
    }) as unknown as Parameters<typeof overrideCompose>[0];
  const app = (given: JsonObject): JsonObject => {
    const { compose } = overrideCompose(request(given), { config: {}, containerEnv: {}, ours: [], cloneName: "App" });
    return (compose?.["services"] as Record<string, JsonObject> | undefined)?.["app"] ?? {};
  };

  it("inserts the session's names everywhere, without variables in paths", () => {
    const made = app({ command: `${treeRoot}/x ${planProject}_db`, volumes: [`${treeRoot}:/w/${cloneName}`] });
    expect(made).toMatchObject({ command: "/h$$x/app-a/x cowork-0123456789ab_db", volumes: ["/h$$x/app-a:/w/App"] });
  });

  it.each([
    [undefined, "20s"],
    ["1s", "20s"],
    ["500ms", "20s"],
    [5, "20s"],
    ["1m30s", "1m30s"],
    ["25s", "25s"],
  ])("gives quiesce enough time: %s → %s", (given, wanted) => {
    expect(app(given === undefined ? {} : { stop_grace_period: given })).toMatchObject({ stop_grace_period: wanted });
  });

  it("inserts clone, shared image, labels and cowork's mounts", () => {
    const canonical: JsonObject = {
      services: {
        app: { build: { context: treeRoot }, volumes: [`${treeRoot}:/work`], environment: ["A=1"] },
        side: { image: "db", build: { context: treeRoot } },
      },
    };
    const plan = { compose: { canonical, service: "app" } };
    const asked = {
      plan,
      image: { ref: "shared", metadata: [], services: { side: "built" } },
      mounts: { id: "app-a", name: "a", clone: "/clone", labels: { "cowork.session": "app-a" } },
      composeProject: "cowork-0123456789ab",
      settings: { cpus: 2, memory: "4g" },
      composeFile: "/state/compose.yml",
    } as unknown as Parameters<typeof overrideCompose>[0];
    const made = overrideCompose(asked, {
      config: { name: "x" },
      containerEnv: { B: "a$b" },
      ours: [{ source: "/opt", target: "/opt/cowork", readOnly: true }],
      cloneName: "App",
    });
    expect(made.config).toEqual({ name: "x", dockerComposeFile: ["/state/compose.yml"], service: "app" });
    expect(made.compose).toEqual({
      services: {
        app: {
          hostname: "a",
          stop_grace_period: "20s",
          cpus: 2,
          mem_limit: "4g",
          image: "shared",
          labels: { "cowork.session": "app-a" },
          environment: { A: "1", B: "a$$b" },
          volumes: ["/clone:/work", { type: "bind", source: "/opt", target: "/opt/cowork", read_only: true }],
        },
        side: { image: "built", labels: { "cowork.session": "app-a" } },
      },
    });
  });
});
