import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { composeEnvironment, findCompose } from "../../../src/devcontainer/compose/resolve.ts";
import { runFlags } from "../../../src/devcontainer/judge/run-flags.ts";
import { planOverride } from "../../../src/devcontainer/override/override.ts";
import type { OverrideRequest, ConfigSource, DevcontainerPlan, JsonObject } from "../../../src/devcontainer/types.ts";
import { planDevcontainer } from "../../../src/devcontainer/plan.ts";
import {
  overridePaths,
  readSnapshot,
  takeSnapshot,
  writeOverride,
} from "../../../src/devcontainer/override/snapshot.ts";
import { commitSource } from "../../../src/devcontainer/source/source-commit.ts";
import type { Context } from "../../../src/system/context.ts";
import { testBaseImage } from "../../support/engine/engine.ts";
import { imageContext, type ImageContext } from "../../support/engine/image-context.ts";
import { memorySource } from "../../support/engine/memory-source.ts";
import { tree } from "../../support/git/tree.ts";
import { homeId } from "../../../src/system/home-id.ts";

/** Reads cowork's files with the programs that use them: Docker Compose, @devcontainers/cli, the docker client. */
let fixture: ImageContext;
let ctx: Context;
beforeEach(async () => {
  fixture = await imageContext();
  ctx = {
    ...fixture.ctx,
    env: { ...fixture.ctx.env, OF_THE_HOST: "secret", COMPOSE_PROFILES: "mine", COMPOSE_FILE: "/x" },
  };
});
afterEach(() => fixture.end());

/** Creates a commit with these files and returns it as a config source. */
async function commit(files: Record<string, string>): Promise<ConfigSource> {
  const root = join(fixture.folder, "project");
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const git = async (...args: string[]): Promise<string> =>
    (await execa("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: root })).stdout;
  await git("init", "-q");
  await git("add", "-Af");
  await git("commit", "-qm", "x");
  return commitSource(ctx, join(root, ".git"), await git("rev-parse", "HEAD"));
}

const planOf = async (files: Record<string, string>): Promise<DevcontainerPlan> =>
  planDevcontainer(ctx, await commit(files), { settings: { devcontainer: undefined } });

/** Writes the snapshot and the override config to a session's state; returns the config. */
async function session(
  plan: DevcontainerPlan,
  source: ConfigSource,
  more: Partial<OverrideRequest> = {},
): Promise<JsonObject> {
  const id = "app-a";
  const clone = ctx.paths.clone(id);
  await mkdir(clone, { recursive: true });
  await source.exportTo("", clone);
  await takeSnapshot(ctx, { id, source, plan });
  const kept = await readSnapshot(ctx, id);
  expect(kept).toEqual(plan);
  const override = planOverride({
    plan,
    image: { ref: testBaseImage, metadata: [], remoteUser: "root" },
    mounts: {
      id,
      name: "a",
      project: "app",
      folder: "App",
      labels: { "cowork.session": id, "cowork.home": homeId(ctx.paths) },
      clone,
      beside: ctx.paths.beside(id),
      launchers: join(fixture.folder, "launchers"),
      container: join(fixture.folder, "container"),
    },
    composeProject: "cowork-0123456789ab",
    settings: { cpus: 1.5, memory: "1g" },
    containerEnv: { OURS: "a$b" },
    composeFile: overridePaths(ctx, id).compose,
    ...more,
  });
  await writeOverride(ctx, id, override);
  return override.config;
}

const service = (plan: DevcontainerPlan, name = "app"): JsonObject =>
  (plan.compose?.canonical["services"] as Record<string, JsonObject> | undefined)?.[name] ?? {};
const found = (plan: DevcontainerPlan): string[] => plan.findings.map(({ where, what }) => `${where} ${what}`);

const compose = `
version: "3.8"
x-env: &env
  ANCHORED: "1"
services:
  app:
    extends: {file: base.yml, service: base}
    build: {context: .., dockerfile: .devcontainer/Dockerfile, args: {V: "\${VERSION}"}}
    container_name: app
    volumes: ["../..:/workspaces:cached", "..:/w", "./made:/made", "data:/data", "\${PWD}/x:/x"]
    ports: ["8080:80", {target: 70, published: 7000}]
    restart: unless-stopped
    network_mode: service:db
    command: echo "$$HOME \${COMPOSE_PROJECT_NAME}"
    environment: {<<: *env, HASH: "12e4", OCTAL: "0o17", ANSWER: "yes", DOLLAR: "a$$b", WHEN: "2020-01-01"}
  db:
    image: db
    env_file: db.env
    stop_grace_period: 1s
    networks: {default: {ipv4_address: 10.11.12.5}}
  extra: {image: db, profiles: [dev]}
  idle: {image: db, profiles: [other]}
volumes: {data: {name: fixed}}
networks: {default: {ipam: {config: [{subnet: 10.11.12.0/24}]}}}
`;
const files = {
  ".devcontainer/devcontainer.json":
    '{"dockerComposeFile":"docker-compose.yml","service":"app","workspaceFolder":"/w"}',
  ".devcontainer/docker-compose.yml": compose,
  ".devcontainer/base.yml": "services: {base: {image: unused, labels: {extended: 'yes', cowork.session: other}}}\n",
  ".devcontainer/Dockerfile": `FROM ${testBaseImage}\n`,
  ".devcontainer/db.env": "FROM_FILE=1\n",
  ".devcontainer/.env": "VERSION=2\nCOMPOSE_PROFILES=dev\n",
  ".env": "VERSION=2\nCOMPOSE_PROFILES=dev\n",
};

describe("Docker Compose", () => {
  test("resolves a config with all harmless settings without findings", async () => {
    const plan = await planOf(files);
    expect(found(plan)).toEqual([]);
    expect(plan).toMatchObject({ kind: "compose", cloneBinds: ["", ".devcontainer/made", "x"] });
    expect(plan.compose).toMatchObject({
      service: "app",
      builds: [{ service: "app", context: "", dockerfile: ".devcontainer/Dockerfile", args: { V: "2" } }],
    });
    expect(plan.files).toEqual(
      Object.keys(files)
        .filter((path) => !path.endsWith("Dockerfile") && path !== ".env")
        .toSorted(),
    );
    expect(service(plan)["environment"]).toEqual({
      ANCHORED: "1",
      HASH: "12e4",
      OCTAL: "0o17",
      ANSWER: "yes",
      DOLLAR: "a$$b",
      WHEN: "2020-01-01",
    });
    expect(service(plan)["labels"]).toEqual({ extended: "yes" });
    expect(service(plan, "db")["environment"]).toEqual({ FROM_FILE: "1" });
    expect(service(plan, "extra")).not.toHaveProperty("profiles");
    expect(service(plan, "idle")).toMatchObject({ profiles: ["other"] });
    expect(plan.changes.length).toBeGreaterThanOrEqual(6);
  });

  test("accepts the file written for a session, which has no variables and nothing shared with other sessions", async () => {
    const source = await commit(files);
    const plan = await planDevcontainer(ctx, source, { settings: { devcontainer: undefined } });
    const config = await session(plan, source);
    expect(config).toMatchObject({ service: "app", workspaceFolder: "/w" });
    const text = await readFile(overridePaths(ctx, "app-a").compose, "utf8");
    expect(text).not.toMatch(/\\u0000|cowork-plan|container_name|unless-stopped/);
    const { stdout, stderr } = await run(ctx.paths.clone("app-a"), "config");
    expect(stderr).toBe("");
    expect(stdout).toContain(`${ctx.paths.clone("app-a")}:/workspaces/App:cached`);
    expect(stdout).toContain("cowork-0123456789ab");
    for (const kept of ["DOLLAR: a$$b", "OURS: a$$b", "stop_grace_period: 20s", "mem_limit: 1g"])
      expect(stdout).toContain(kept);
    expect(stdout).not.toMatch(/8080|7000|10\.11\.12|name: fixed/);
  });

  const run = async (cwd: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> => {
    const [file, ...first] = (await findCompose(ctx)).split(" ");
    const env = composeEnvironment(ctx.env, "cowork-0123456789ab");
    return execa(file ?? "", [...first, "-f", overridePaths(ctx, "app-a").compose, ...args], { cwd, env });
  };

  test("ignores a .env that an agent writes to the clone", async () => {
    const source = await commit(files);
    await session(await planDevcontainer(ctx, source, { settings: { devcontainer: undefined } }), source);
    const clone = ctx.paths.clone("app-a");
    await writeFile(join(clone, ".env"), "DOCKER_HOST=tcp://127.0.0.1:9\nCOMPOSE_FILE=evil.yml\nDOCKER_TLS_VERIFY=1\n");
    await expect(run(clone, "ps")).resolves.toMatchObject({ exitCode: 0 });
  });

  test.each<[string, string, string]>([
    ["a variable of the host's environment", "image: x\n    environment: {A: '${OF_THE_HOST}'}", "OF_THE_HOST"],
    ["a variable passed by name", "image: x\n    environment: [ANY_NAME]", "ANY_NAME"],
    ["the host's root", "image: x\n    volumes: ['/:/host']", "/"],
    ["privileged", "image: x\n    privileged: true", "true"],
    ["the host's network", "image: x\n    network_mode: host", "host"],
    ["a file of the host", "image: x\n    env_file: /etc/hostname", "/etc/hostname"],
  ])("reports a finding for %s", async (_, text, what) => {
    const plan = await planOf({ ...files, ".devcontainer/docker-compose.yml": `services:\n  app:\n    ${text}\n` });
    expect(plan.findings.map((one) => one.what)).toContainEqual(expect.stringContaining(what));
  });

  test.each<[string, string, RegExp]>([
    [
      "a file outside the repository",
      "services: {app: {extends: {file: ../../x.yml, service: a}}}",
      /outside the repository/,
    ],
    [
      "a file on the network",
      "include: ['https://example.invalid/x.yml']\nservices: {app: {image: x}}",
      /not on this machine|needs Docker Compose v2/,
    ],
    ["a build context outside the repository", "services: {app: {build: ../..}}", /outside the repository/],
    ["a missing service", "services: {other: {image: x}}", /Compose service app does not exist/],
    ["invalid YAML", "services: [", /cannot be parsed/],
    ["a key that Compose does not know", "services: {app: {image: x, unheard_of: 1}}", /unheard_of/i],
  ])("refuses %s", async (_, text, message) => {
    const refused = planOf({ ...files, ".devcontainer/docker-compose.yml": text });
    await expect(refused).rejects.toMatchObject({
      code: "DEVCONTAINER_INVALID",
      message: expect.stringMatching(message),
    });
  });

  test("a change of any file that Compose reads changes the trust hash", async () => {
    const hashes = [(await planOf(files)).trustHash];
    for (const path of [
      ".env",
      ".devcontainer/db.env",
      ".devcontainer/base.yml",
      ".devcontainer/Dockerfile",
    ] as const) {
      hashes.push((await planOf({ [path]: `${files[path]}# changed\n` })).trustHash);
    }
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe("cowork and Compose", () => {
  const piece = fc.constantFrom(
    ..."a|b c|$$|$A|${B}|${NOPE:-d}|${EMPTY:-x y}|${EMPTY-x}|${A?set}|${C:?set}|$D|#| #|: |'|\"|é|\\|{|}|,|-|=|\t".split(
      "|",
    ),
  );
  const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
  const single = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  /** Common and rare ways to write a scalar. */
  const written = fc.oneof(
    text.map((value) => JSON.stringify(value)),
    text.map(single),
    fc.constantFrom(
      ..."3|0o17|010|0x1f|1_000|1e3|.5|1.50|~|null|abc|a-b|2020-01-01|a#b|*anchor|!!str 3|!!int 3".split("|"),
    ),
    fc
      .array(fc.constantFrom("one", "two $A", "", "  three"), { minLength: 1, maxLength: 3 })
      .map((lines) => `|\n${lines.map((line) => `        ${line}`).join("\n")}`),
  );
  const line = fc.oneof(
    fc
      .tuple(
        fc.constantFrom("A", "B", "C", "D"),
        fc.constantFrom("1", "x y", "'q ${A}'", '"d ${A:-z} \\"e\\""', "u # c", "${B:-w}", "k#l", ""),
      )
      .map(([name, value]) => `${name}=${value}`),
    fc.constantFrom("# comment", "", "export E=1", "EMPTY=", " D = spaced "),
  );

  const texts = (environment: unknown): unknown =>
    Object.fromEntries(
      Object.entries(environment as JsonObject).map(([name, one]) => [
        name,
        typeof one === "string" ? one : JSON.stringify(one),
      ]),
    );
  /** The service's environment as Compose reads it from the project's files; undefined if Compose refuses them. */
  const plainly = async (project: Record<string, string>): Promise<unknown> => {
    const folder = join(fixture.folder, "plain");
    await mkdir(folder, { recursive: true });
    for (const [path, content] of Object.entries(project)) await writeFile(join(folder, path), content);
    const [file = "", ...first] = (await findCompose(ctx)).split(" ");
    const dockerConfig = ctx.env["DOCKER_CONFIG"] ?? join(ctx.env["HOME"] ?? "", ".docker");
    const { exitCode, stdout } = await execa(file, [...first, "-f", join(folder, "c.yml"), "config"], {
      cwd: folder,
      env: { PATH: ctx.env["PATH"], HOME: folder, DOCKER_CONFIG: dockerConfig },
      extendEnv: false,
      reject: false,
    });
    if (exitCode !== 0) return undefined;
    const version = file === "docker" ? "1.2" : "1.1";
    const read = parse(stdout, { version, schema: "failsafe" }) as { services: { app: JsonObject } };
    return texts(read.services.app["environment"]);
  };

  test("read the same environment from a configuration", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(written, { minLength: 12, maxLength: 24 }),
        fc.array(line, { maxLength: 8 }),
        async (values, lines) => {
          const dotEnv = ["A=first", "C=c", ...lines].join("\n");
          const entries = values.map((value, n) => `      V${n}: ${value}`).join("\n");
          const yaml = `x-any: &anchor "of an anchor"\nservices:\n  app:\n    image: x\n    env_file: some.env\n    environment:\n      <<: {MERGED: "$A", V0: lost}\n${entries}\n`;
          const project = {
            "c.yml": yaml,
            ".env": dotEnv,
            "some.env": dotEnv,
            ".devcontainer.json": '{"dockerComposeFile":"c.yml","service":"app"}',
          };
          const plan = planDevcontainer(ctx, memorySource(project), { settings: { devcontainer: undefined } });
          const ours = await plan.then(
            (one) => texts(service(one)["environment"]),
            (error: unknown) => (error as { code: unknown }).code,
          );
          expect(ours).toEqual((await plainly(project)) ?? "DEVCONTAINER_INVALID");
        },
      ),
      { numRuns: 6, endOnFailure: true },
    );
  });
});

test("@devcontainers/cli uses the override config instead of the project's", async () => {
  const source = await commit({
    ".devcontainer/devcontainer.json": `{
      // with comments
      "image": "gone", "features": {"ghcr.io/x/y:1": {}}, "initializeCommand": "touch canary",
      "runArgs": ["--name", "x", "-p", "80:80", "--init"], "appPort": 3000,
      "mounts": ["source=v,target=/v,type=volume", "source=\${localWorkspaceFolder}/c,target=/c,type=bind"],
      "remoteEnv": {"P": "\${containerEnv:PATH}:\${localWorkspaceFolder}"}, "postCreateCommand": "true",
    }`,
  });
  const plan = await planDevcontainer(ctx, source, { settings: { devcontainer: undefined } });
  await session(plan, source, { extraMounts: [{ source: "/a,b", target: "/agent", readOnly: true }] });
  const clone = ctx.paths.clone("app-a");
  const { stdout } = await execa(
    join(tree, "node_modules/.bin/devcontainer"),
    [
      "read-configuration",
      "--workspace-folder",
      clone,
      "--override-config",
      overridePaths(ctx, "app-a").config,
      "--include-merged-configuration",
    ],
    { cwd: fixture.folder },
  );
  const read = JSON.parse(stdout) as { configuration: JsonObject; mergedConfiguration: JsonObject };
  const { configuration, mergedConfiguration } = read;
  expect(configuration).toMatchObject({ image: testBaseImage, updateRemoteUserUID: false, remoteUser: "root" });
  expect(configuration).not.toHaveProperty("features");
  expect(configuration).not.toHaveProperty("initializeCommand");
  expect(configuration).toMatchObject({
    appPort: ["127.0.0.1::3000"],
    runArgs: ["--publish=127.0.0.1::80", "--init", "--cpus=1.5", "--memory=1g", "--hostname=a"],
    remoteEnv: { P: `\${containerEnv:PATH}:${clone}` },
  });
  expect(mergedConfiguration["mounts"]).toEqual([
    expect.stringContaining("source=cowork-0123456789ab_v,target=/v,volume-label=cowork.session=app-a"),
    `source=${clone}/c,target=/c,type=bind`,
    expect.stringContaining("target=/opt/cowork,readonly"),
    expect.stringContaining("target=/opt/cowork/session,readonly"),
    'type=bind,"source=/a,b",target=/agent,readonly',
  ]);
});

test("the flag table has every option of the installed docker client and knows which take a value", async () => {
  const { stdout } = await execa("docker", ["run", "--help"]);
  const options = [...stdout.matchAll(/^\s+(?:-(\w), |)--([a-z0-9-]+)(?: (\w+))?\s{2,}/gm)];
  expect(options.length).toBeGreaterThan(90);
  for (const [, short, name = "", value] of options.filter((option) => option[2] !== "help")) {
    const flag = runFlags[name];
    expect({ name, short: flag?.short, takesValue: flag?.takesValue }).toEqual({
      name,
      short,
      takesValue: value !== undefined,
    });
  }
});
