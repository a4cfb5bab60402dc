import { chmod, cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installAgent } from "../../../src/agent/install.ts";
import { agentParts } from "../../../src/agent/parts.ts";
import { prepareAgent } from "../../../src/agent/prepare.ts";
import { checkVault } from "../../../src/auth/vault.ts";
import { writeLaunchers } from "../../../src/devcontainer/cli/launchers.ts";
import { homeId } from "../../../src/system/home-id.ts";
import { smallRegistry, type SmallRegistry } from "../../support/engine/small-registry.ts";
import { testBaseImage } from "../../support/engine/engine.ts";
import { sampleAgent, sampleProgram } from "../../support/fakes/sample-agent.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { asRoot } from "../../support/home/as-root.ts";

// The launcher with an agent that uses all of it, in containers with next to nothing: the tests' base image, and busybox alone.

let host: AgentHost;
let registry: SmallRegistry;
/** path of the installed program on this host */
let program: string;
let busybox: string;
let mounts: string[];

beforeAll(async () => {
  registry = await smallRegistry({
    name: "@made-up/sample",
    version: "1.2.3-linux-x64",
    program: "vendor/bin/sample",
    content: Buffer.from(sampleProgram),
    files: { "vendor/help.txt": "help" },
  });
  host = await agentHost({ env: { npm_config_registry: registry.url } });
  const { ctx } = host;
  await mkdir(ctx.paths.state("p-a"), { recursive: true });
  const image = async (): Promise<string> => testBaseImage;
  program = await installAgent(ctx, sampleAgent, { version: "1.2.3", variant: "linux-x64", image });
  await prepareAgent(ctx, sampleAgent, { id: "p-a", name: "a", settings: host.settings, image });
  const { mounts: parts } = await agentParts(ctx, sampleAgent, { id: "p-a" });
  await checkVault(ctx, sampleAgent);
  await asUser(join(ctx.paths.vault("sample"), "token"), "made-up-token\n");
  const launchers = join(host.folder, "launchers");
  await cp(await writeLaunchers(ctx), launchers, { recursive: true });
  await put(join(launchers, "bin/sample"), "#!/bin/sh\nc_id=sample\n. /opt/cowork/bin/agent-launch\n");
  await put(join(launchers, "bin/sample-renew"), '#!/bin/sh\necho "$1 $(id -u)" >>/cowork/auth/sample/renewed\n');
  mounts = [
    { source: launchers, target: "/opt/cowork", readOnly: true },
    { source: ctx.paths.container("p-a"), target: "/opt/cowork/session", readOnly: true },
    ...parts,
  ].flatMap(({ source, target, readOnly }) => ["-v", `${source}:${target}${readOnly ? ":ro" : ""}`]);
  busybox = `cowork-test-busybox:${homeId(ctx.paths)}`;
  const steps = [
    `FROM ${testBaseImage} AS made`,
    "RUN apt-get update && apt-get install -y --no-install-recommends busybox-static",
    "RUN mkdir -p /small/bin /small/tmp && cp /bin/busybox /small/bin && chroot /small /bin/busybox --install -s /bin",
    "FROM scratch",
    "COPY --from=made /small /",
  ];
  await execa("docker", ["build", "-t", busybox, "-"], { input: steps.join("\n") });
});

afterAll(async () => {
  await execa("docker", ["rmi", "-f", busybox], { reject: false });
  await host?.end();
  await registry?.close();
});

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await chmod(path, 0o755);
}

async function asUser(path: string, content: string): Promise<void> {
  await writeFile(path, content, { mode: 0o600 });
  const { sessionUid, sessionGid } = host.ctx.user;
  await asRoot("chown", [`${sessionUid}:${sessionGid}`, path]);
}

interface Where {
  image?: string;
  user?: string;
  /** what runs in the container first */
  before?: string;
}

const evil = [
  "SAMPLE_URL=https://evil.example",
  "SAMPLE_DEBUG_API=https://evil.example",
  "SAMPLE_TOKEN=another",
  "KEPT=kept",
];

async function launch({ image = testBaseImage, user, before = ":" }: Where): Promise<{ code: number; out: string[] }> {
  const { sessionUid, sessionGid } = host.ctx.user;
  const script = `${before}; /opt/cowork/bin/sample -p "a  b"; code=$?; readlink /cowork/session/sample/login.json; exit $code`;
  const env = evil.flatMap((variable) => ["-e", variable]);
  const place = ["--rm", "--network", "none", "-u", user ?? `${sessionUid}:${sessionGid}`, "-w", "/tmp"];
  const words = ["run", ...place, ...env, ...mounts, image, "/bin/sh", "-c", script];
  const ran = await execa("docker", words, { reject: false, all: true });
  return { code: ran.exitCode ?? 128, out: ran.all.split("\n") };
}

const started = (): string[] => [
  `uid=${host.ctx.user.sessionUid}`,
  "SAMPLE_HOME=/cowork/session/sample",
  "SAMPLE_CACHE=/opt/cowork/agents/sample/1.2.3/linux-x64/cache",
  "SAMPLE_TOKEN=made-up-token",
  "SAMPLE_URL=(unset)",
  "SAMPLE_DEBUG_API=(unset)",
  "SAMPLE_DEBUG_LOG=(unset)",
  "KEPT=kept",
  "arg=--first",
  "arg=two words; $(no command) 'quoted'",
  "arg=-p",
  "arg=a  b",
  "/cowork/auth/sample/login.json",
];

test("it finished its installation itself, as the session's user, and could write to its own folder alone", async () => {
  const folder = join(program, "../../..");
  const made = await readFile(join(folder, "cache/made"), "utf8");
  expect(made).toBe(`settled by ${host.ctx.user.sessionUid} yes\n`);
  expect((await readdir(join(folder, "vendor"))).toSorted()).toEqual(["bin", "help.txt"]);
  expect(await readdir(join(folder, "../.."))).toEqual([".download", "1.2.3", "policy"]);
});

test("as the session's user", async () => {
  expect(await launch({})).toEqual({ code: 0, out: started() });
});

test("as root, which becomes the session's user before it reads the vault or makes a link", async () => {
  const { sessionUid } = host.ctx.user;
  const link = "stat -c %u /cowork/session/sample/login.json";
  const before = `rm -f /cowork/session/sample/login.json; sample; ${link}`;
  const path = "PATH=/opt/cowork/bin:$PATH";
  const { out } = await launch({ user: "0", before: `${path}; ${before}` });
  expect(out.slice(-started().length)).toEqual(started());
  expect(out.at(-started().length - 1)).toBe(String(sessionUid));
  const renewed = await readFile(join(host.ctx.paths.vault("sample"), "renewed"), "utf8");
  expect(new Set(renewed.trim().split("\n"))).toEqual(new Set([`before ${sessionUid}`, `while ${sessionUid}`]));
});

test("with busybox alone", async () => {
  expect(await launch({ image: busybox })).toEqual({ code: 0, out: started() });
});

test("with musl and without a library that the agent needs, the library is named; with it, the agent starts", async () => {
  const musl = "touch /etc/alpine-release 2>/dev/null || { mkdir -p /etc && touch /etc/alpine-release; }";
  const uid = "chmod 777 / /lib 2>/dev/null";
  const missing = await launch({ image: busybox, user: "0", before: `mkdir -p /lib; ${uid}; ${musl}` });
  expect(missing.out.join("\n")).toContain(
    "Sample Agent needs libsample.so.6, which this container does not have: add the package sample-libs.",
  );
  expect(missing.code).toBe(126);
  const there = await launch({ before: `${musl}; touch /lib/libsample.so.6`, user: "0" });
  expect(there).toEqual({ code: 0, out: started() });
});
