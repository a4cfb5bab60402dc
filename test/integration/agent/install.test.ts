import { mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { installAgent } from "../../../src/agent/install.ts";
import { prepareAgent } from "../../../src/agent/prepare.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { createFakeEngine } from "../../support/fakes/fake-engine.ts";
import { smallRegistry, type SmallRegistry } from "../../support/engine/small-registry.ts";

let registry: SmallRegistry;
let host: AgentHost;
const version = "2.1.329";
const request = { version, variant: "linux-x64" } as const;
const name = "@anthropic-ai/claude-code-linux-x64";

beforeEach(async () => {
  registry = await smallRegistry({ name, version, program: "claude" });
  onTestFinished(() => registry.close());
  // ignore the npm configuration of the user who runs the tests
  const own = Object.fromEntries(
    Object.keys(process.env)
      .filter((key) => /^npm_config_/i.test(key))
      .map((key) => [key, ""]),
  );
  host = await agentHost({ engine: createFakeEngine(), env: own });
  onTestFinished(() => host.end());
  await npmrc(`registry=${registry.url}`);
});

const npmrc = (...lines: string[]): Promise<void> =>
  writeFile(join(host.ctx.user.home, ".npmrc"), `${lines.join("\n")}\n`);
const install = (): Promise<string> => installAgent(host.ctx, host.agent, request);
const tarballs = (): SmallRegistry["requests"] => registry.requests.filter((one) => one.path === "/tarball.tgz");

/** The content of the agent's folder, and whether the program is the registry's and executable for every user. */
async function look(path: string): Promise<unknown> {
  const home = host.ctx.paths.agentLib("claude");
  const whole = (await readFile(path)).equals(registry.content);
  const left = await readdir(join(home, ".download"));
  return {
    whole,
    mode: (await stat(path)).mode & 0o777,
    left,
    beside: await readdir(join(home, version, "linux-x64")),
  };
}

const installed = { whole: true, mode: 0o755, left: [], beside: ["claude"] };

test("the program is downloaded once, verified and installed for every user, and progress is reported", async () => {
  expect(await look(await install())).toEqual(installed);
  await install();
  expect(tarballs()).toHaveLength(1);
  expect(host.events.map((event) => event.detail)).toContain(
    `fetching Claude Code ${version} (linux-x64): 100 % of 3 MB`,
  );
});

test("several installs at the same time download it once", async () => {
  const [path] = await Promise.all([install(), install(), install()]);
  expect(await look(path)).toEqual(installed);
  expect(tarballs()).toHaveLength(1);
});

test("a broken download is resumed", async () => {
  registry.trouble = { cutAfter: 1_000_000 };
  const done = install();
  await expect.poll(() => tarballs().length).toBe(1);
  registry.trouble = {};
  expect(await look(await done)).toEqual(installed);
  expect(tarballs()[1]?.range).toMatch(/^bytes=[1-9]\d*-$/);
});

test("an install that was interrupted can be repeated", async () => {
  const interrupt = new AbortController();
  registry.trouble = { cutAfter: 1_000_000 };
  const interrupted = installAgent({ ...host.ctx, signal: interrupt.signal }, host.agent, request);
  await expect.poll(() => tarballs().length).toBe(1);
  interrupt.abort();
  await expect(interrupted).rejects.toMatchObject({ code: "INTERRUPTED" });
  registry.trouble = {};
  expect(await look(await install())).toEqual(installed);
});

test("a partial download with wrong bytes is discarded", async () => {
  const part = join(host.ctx.paths.agentLib("claude"), ".download", `${version}-linux-x64.tgz`);
  await mkdir(join(part, ".."), { recursive: true });
  await writeFile(part, Buffer.alloc(500_000, 7));
  expect(await look(await install())).toEqual(installed);
});

test("a download with a wrong hash is never installed", async () => {
  registry.trouble = { forged: true };
  await expect(install()).rejects.toMatchObject({
    code: "AGENT_UNAVAILABLE",
    message: expect.stringContaining("hash"),
  });
  expect(await readdir(join(host.ctx.paths.agentLib("claude")))).toEqual([".download"]);
});

test("scoped registries and tokens in the user's .npmrc are used", async () => {
  registry.trouble = { token: "made-up" };
  await expect(install()).rejects.toMatchObject({
    code: "AGENT_UNAVAILABLE",
    message: expect.stringContaining("refused access"),
  });
  const host127 = registry.url.replace("http:", "");
  await npmrc(
    "registry=http://127.0.0.1:9/",
    `@anthropic-ai:registry=${registry.url}`,
    `${host127}:_authToken=made-up`,
  );
  expect(await look(await install())).toEqual(installed);
});

test("an .npmrc outside the user's home does not choose the registry", async () => {
  await writeFile(join(host.folder, ".npmrc"), "registry=http://127.0.0.1:9/\n");
  await mkdir(host.ctx.paths.home, { recursive: true });
  await writeFile(join(host.ctx.paths.home, ".npmrc"), "registry=http://127.0.0.1:9/\n");
  expect(await look(await install())).toEqual(installed);
});

test("a version that the registry does not have is reported", async () => {
  const other = installAgent(host.ctx, host.agent, { ...request, version: "2.9.9" });
  await expect(other).rejects.toMatchObject({
    code: "AGENT_UNAVAILABLE",
    message: expect.stringContaining("does not have version 2.9.9"),
  });
});

test("without a registry the session is created anyway, with a note about the next step", async () => {
  registry.trouble = { down: true };
  await mkdir(host.ctx.paths.state("p-a"), { recursive: true });
  const { notes } = await prepareAgent(host.ctx, host.agent, { id: "p-a", name: "a", settings: host.settings });
  expect(notes).toEqual([expect.stringMatching(/could not be installed.*cowork start/)]);
});

test("an installed version is used when the configured one is not available", async () => {
  await install();
  registry.trouble = { down: true };
  await mkdir(host.ctx.paths.state("p-a"), { recursive: true });
  const settings = { ...host.settings, claudeVersion: "2.9.9" };
  const { notes } = await prepareAgent(host.ctx, host.agent, { id: "p-a", name: "a", settings });
  expect(notes[1]).toContain(`until then the installed Claude Code ${version} is used`);
  const launch = await readFile(join(host.ctx.paths.container("p-a"), "agent-claude"), "utf8");
  expect(launch).toContain(`version=${version}\n`);
});
