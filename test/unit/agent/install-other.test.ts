import { chmod, lstat, mkdir, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { installAgent } from "../../../src/agent/install.ts";
import { prepareAgent } from "../../../src/agent/prepare.ts";
import type { Variant } from "../../../src/agent/types.ts";
import type { HelperSpec } from "../../../src/engine/types.ts";
import { smallRegistry } from "../../support/engine/small-registry.ts";
import { createFakeEngine } from "../../support/fakes/fake-engine.ts";
import { sampleAgent, sampleProgram } from "../../support/fakes/sample-agent.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";

// How an agent is installed that has more than one file and finishes its installation itself.

let host: AgentHost;
let helpers: HelperSpec[];
/** what the program does in its folder, and how it ends */
let settling: (folder: string) => Promise<{ code: number; stderr?: string }>;

beforeEach(async () => {
  const registry = await smallRegistry({
    name: "@made-up/sample",
    version: "1.2.3-linux-x64",
    program: "vendor/bin/sample",
    content: Buffer.from(sampleProgram),
    files: { "vendor/help.txt": "help", "vendor/bin/helper": "helper", "vendor/voice/model": "not kept" },
  });
  onTestFinished(() => registry.close());
  helpers = [];
  settling = async (folder) => {
    await writeFile(join(folder, "made"), "made", { mode: 0o600 });
    return { code: 0 };
  };
  const engine = createFakeEngine({
    program: async ({ spec }) => {
      const helper = spec as HelperSpec;
      helpers.push(helper);
      return await settling(helper.binds![1]!.source);
    },
  });
  engine.addImage({ tags: ["cowork-own:latest"] });
  host = await agentHost({ engine, env: { npm_config_registry: registry.url } });
  onTestFinished(() => host.end());
});

const install = async (variant: Variant = "linux-x64"): Promise<string> =>
  await installAgent(host.ctx, sampleAgent, { version: "1.2.3", variant, image: async () => "cowork-own" });

const home = (): string => host.ctx.paths.agentLib("sample");
const installed = async (): Promise<string[]> =>
  (await readdir(join(home(), "1.2.3/linux-x64"), { recursive: true })).toSorted();

test("its files keep their places, and what it writes itself is there, too, readable for every user", async () => {
  const program = await install();
  expect(program).toBe(join(home(), "1.2.3/linux-x64/vendor/bin/sample"));
  expect(await readFile(program, "utf8")).toBe(sampleProgram);
  expect(await installed()).toEqual([
    "cache",
    "cache/made",
    "vendor",
    "vendor/bin",
    "vendor/bin/helper",
    "vendor/bin/sample",
    "vendor/help.txt",
  ]);
  expect((await lstat(join(home(), "1.2.3/linux-x64/cache/made"))).mode & 0o777).toBe(0o644);
});

test("it runs in a container of cowork's own image, without network, and can write to its own folder alone", async () => {
  await install();
  const { sessionUid, sessionGid } = host.ctx.user;
  const inside = "/opt/cowork/agents/sample/1.2.3/linux-x64";
  expect(helpers).toEqual([
    expect.objectContaining({
      image: "cowork-own",
      command: [`${inside}/vendor/bin/sample`, "settle", "now"],
      user: `${sessionUid}:${sessionGid}`,
      env: { HOME: "/tmp", SAMPLE_CACHE: `${inside}/cache`, SAMPLE_SETTLE: "yes" },
      binds: [
        { source: expect.stringContaining("/unpack-"), target: inside, readOnly: true },
        { source: expect.stringMatching(/\/unpack-[^/]*\/cache$/), target: `${inside}/cache` },
      ],
    }),
  ]);
  expect(helpers[0]).not.toHaveProperty("network");
});

test("variants with the same program are installed once", async () => {
  expect(await Promise.all([install(), install("linux-x64-musl"), install()])).toHaveLength(3);
  await install("linux-x64-musl");
  expect(helpers).toHaveLength(1);
  expect(await readdir(join(home(), "1.2.3"))).toEqual(["linux-x64"]);
});

test.each([
  ["fails", async () => ({ code: 3, stderr: "no \u001b[31mspace" }), "code 3). no space"],
  [
    "leaves a pipe",
    async (folder: string) => {
      const { execa } = await import("execa");
      await execa("mkfifo", [join(folder, "pipe")]);
      return { code: 0 };
    },
    "something else than files",
  ],
])("nothing is installed if its own step %s", async (_, step, message) => {
  settling = step;
  await expect(install()).rejects.toMatchObject({
    code: "AGENT_UNAVAILABLE",
    message: expect.stringContaining(message),
  });
  expect(await readdir(home())).toEqual([".download"]);
  settling = async () => ({ code: 0 });
  await install();
  expect(await installed()).toContain("vendor/bin/sample");
});

test("links that it leaves are not followed on this host", async () => {
  const other = join(host.folder, "other");
  await mkdir(other);
  await chmod(other, 0o700);
  settling = async (folder) => {
    await symlink(other, join(folder, "out"));
    return { code: 0 };
  };
  await install();
  expect((await lstat(other)).mode & 0o777).toBe(0o700);
});

test("a container that the agent has nothing for is named with the agent's reason, and nothing is asked of the registry", async () => {
  await expect(install("linux-arm64")).rejects.toMatchObject({
    code: "AGENT_UNAVAILABLE",
    message:
      "Sample Agent cannot run in a container of the kind linux-arm64: its vendor has no program for this processor.",
  });
  await expect(readdir(home())).rejects.toThrow("ENOENT");
});

test("a session of that agent gets its launcher's file and its policy of several files", async () => {
  await mkdir(host.ctx.paths.state("p-a"), { recursive: true });
  const request = { id: "p-a", name: "a", settings: host.settings, image: async () => "cowork-own" };
  expect(await prepareAgent(host.ctx, sampleAgent, request)).toEqual({ notes: [], changed: true });
  expect(await readFile(join(host.ctx.paths.container("p-a"), "agent-sample"), "utf8")).toContain(
    "renew=sample-renew\n",
  );
  const policy = await readdir(host.ctx.paths.policy("p-a"), { recursive: true });
  expect(policy.toSorted()).toEqual(["managed.toml", "rules.d", "rules.d/base.json", "rules.d/session.json"]);
  expect(await prepareAgent(host.ctx, sampleAgent, request)).toEqual({ notes: [], changed: false });
});
