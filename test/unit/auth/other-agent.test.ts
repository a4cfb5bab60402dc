import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, readlink, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { execa } from "execa";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { programPath, installationOf } from "../../../src/agent/package.ts";
import type { Agent } from "../../../src/agent/types.ts";
import { removeStaleLocks, withRefreshLock } from "../../../src/auth/locks.ts";
import { login, type LoginRequest } from "../../../src/auth/login.ts";
import { logout } from "../../../src/auth/logout.ts";
import { authStatus } from "../../../src/auth/status.ts";
import type { ExecSpec, HelperSpec } from "../../../src/engine/types.ts";
import { homeId } from "../../../src/system/home-id.ts";
import { smallRegistry } from "../../support/engine/small-registry.ts";
import { createFakeEngine, type FakeEngine } from "../../support/fakes/fake-engine.ts";
import { restingAgent, sampleAgent } from "../../support/fakes/sample-agent.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";

// The shared login of an agent that is unlike Claude: links, a config folder that is prepared, a token on standard input, no program
// that logs out.

let host: AgentHost;
let engine: FakeEngine;
let vault: string;
let helper: HelperSpec | undefined;
let asked: { spec: ExecSpec; input: string; config: string[]; link: string | undefined } | undefined;
/** what the login program does in its config folder */
let logsIn: boolean;
let settled: boolean;

beforeEach(async () => {
  settled = false;
  helper = undefined;
  asked = undefined;
  logsIn = true;
  engine = createFakeEngine({
    program: async ({ image, spec, input, signal }) => {
      if (image === "cowork-safe") {
        settled = true;
        return { code: 0 };
      }
      if (image !== undefined) {
        helper = spec as HelperSpec;
        engine.addContainer({ labels: helper.labels, state: "running" });
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return { code: 0 };
      }
      if (spec.command[0] === "/bin/sh") return { code: 0, stdout: "x86_64 yes\n" };
      const config = configFolder();
      const link = await readlink(join(config, "login.json")).catch(() => undefined);
      asked = { spec, input: String(input), config: (await readdir(config)).toSorted(), link };
      if (logsIn) await writeFile(join(config, "printed"), "made-up");
      return { code: 0 };
    },
  });
  engine.addImage({ tags: ["cowork-own:latest"] });
  engine.addImage({ tags: ["cowork-safe:latest"] });
  host = await agentHost({ engine });
  onTestFinished(() => host.end());
  vault = host.ctx.paths.vault("sample");
  // It is installed already.
  const program = programPath(host.ctx, sampleAgent, installationOf(sampleAgent, "1.2.3", "linux-x64"));
  await mkdir(join(program, ".."), { recursive: true });
  await writeFile(program, "");
});

const configFolder = (): string => helper!.binds!.find(({ target }) => target === "/cowork/session/sample")!.source;

async function logIn(way: LoginRequest["way"], agent: Agent = sampleAgent, text = ""): Promise<unknown> {
  const io = { stdin: Readable.from([text]), stdout: new PassThrough(), stderr: new PassThrough() };
  return await login(host.ctx, agent, { settings: host.settings, image: "cowork-own", way }, io);
}

test("the login's container has the prepared folder, no login of before, the policy and the agent's own arguments", async () => {
  expect(await logIn("login")).toEqual({ state: "ok", detail: "logged in" });
  expect(asked).toMatchObject({
    // A program could end the login that it finds before it has another one.
    config: ["begun"],
    link: undefined,
    spec: {
      command: [
        "/opt/cowork/agents/sample/1.2.3/linux-x64/vendor/bin/sample",
        "--first",
        "two words; $(no command) 'quoted'",
        "login",
        "--device",
      ],
      env: { SAMPLE_HOME: "/cowork/session/sample", SAMPLE_CACHE: expect.stringMatching(/linux-x64\/cache$/) },
    },
  });
  const policy = helper?.binds?.find(({ target }) => target === "/etc/sample");
  expect(policy).toMatchObject({ readOnly: true });
  expect(await readFile(join(policy!.source, "rules.d/base.json"), "utf8")).toBe('{"base":true}\n');
  expect(existsSync(configFolder())).toBe(false);
});

test("what is installed for a login is finished in cowork's own image, not in the one that BASE_IMAGE says", async () => {
  const registry = await smallRegistry({
    name: "@made-up/sample",
    version: "1.2.3-linux-x64",
    program: "vendor/bin/sample",
    files: { "vendor/help.txt": "help" },
  });
  onTestFinished(() => registry.close());
  await rm(host.ctx.paths.agentLib("sample"), { recursive: true });
  const ctx = { ...host.ctx, env: { ...host.ctx.env, npm_config_registry: registry.url } };
  const io = { stdin: Readable.from([]), stdout: new PassThrough(), stderr: new PassThrough() };
  const ownImage = async (): Promise<string> => await Promise.resolve("cowork-safe");
  const request = { settings: host.settings, image: "cowork-own", ownImage, way: "login" } as const;
  expect(await login(ctx, sampleAgent, request, io)).toMatchObject({ state: "ok" });
  expect(settled).toBe(true);
});

test("a token from standard input reaches the program, and is kept in the vault", async () => {
  await logIn("token", sampleAgent, "made-up-token\n");
  expect(asked).toMatchObject({ input: "made-up-token\n" });
  expect(asked?.spec.command.slice(-2)).toEqual(["login", "--with-token"]);
  expect((await stat(join(vault, "token"))).mode & 0o777).toBe(0o600);
});

test("a program that ends without a login is an error that names the agent's own command", async () => {
  logsIn = false;
  await expect(logIn("login")).rejects.toMatchObject({
    code: "NOT_LOGGED_IN",
    hint: "cowork auth login --agent sample",
  });
});

test("a way to log in that the agent does not have is refused", async () => {
  await expect(logIn("longLived")).rejects.toMatchObject({
    code: "USAGE",
    message: "Sample Agent has no long-lived login.",
  });
});

test("the agent's config is prepared in its own sessions only", async () => {
  const prepared: string[] = [];
  const agent: Agent = { ...sampleAgent, prepare: async (_ctx, { id }) => (prepared.push(id), []) };
  for (const [id, name] of [
    ["p-a", "sample"],
    ["p-b", "claude"],
  ] as const) {
    await mkdir(host.ctx.paths.container(id), { recursive: true });
    await writeFile(join(host.ctx.paths.state(id), "agent.json"), JSON.stringify({ workspaceFolder: "/w" }));
    await writeFile(join(host.ctx.paths.container(id), `agent-${name}`), "version=1.2.3\n");
  }
  await logIn("login", agent);
  expect(prepared).toEqual(["p-a"]);
});

test("cowork itself removes the secret where the program has no logout", async () => {
  await logIn("login");
  helper = undefined;
  const never = () => Promise.reject(new Error("no container is needed"));
  expect(await logout(host.ctx, sampleAgent, never)).toEqual({
    loggedOut: true,
    notes: ["the login was removed here, but is still valid at the vendor of Sample Agent"],
  });
  expect(existsSync(join(vault, "token"))).toBe(false);
  expect(helper).toBe(undefined);
});

test("a program that logs out finds the login as in a session", async () => {
  await logIn("login");
  const commands = { ...sampleAgent.login.commands, logout: ["log", "out"] };
  const agent: Agent = { ...sampleAgent, login: { ...sampleAgent.login, commands } };
  const request = { settings: host.settings, image: "cowork-own" };
  expect(await logout(host.ctx, agent, () => Promise.resolve(request))).toMatchObject({ loggedOut: true });
  expect(asked?.link).toBe("/cowork/auth/sample/login.json");
  expect(asked?.spec.command.slice(-2)).toEqual(["log", "out"]);
});

test("a folder, a link or a pipe that a session put in place of the secret does not keep it from being removed", async () => {
  const path = join(vault, "token");
  const other = join(host.folder, "other");
  await writeFile(other, "not ours");
  const never = () => Promise.reject(new Error("no container is needed"));
  await mkdir(join(path, "deep"), { recursive: true });
  expect(await logout(host.ctx, sampleAgent, never)).toMatchObject({ loggedOut: true });
  await symlink(other, path);
  expect(await logout(host.ctx, sampleAgent, never)).toMatchObject({ loggedOut: true });
  await execa("mkfifo", [path]);
  expect(await logout(host.ctx, sampleAgent, never)).toMatchObject({ loggedOut: true });
  expect(existsSync(path)).toBe(false);
  expect(await readFile(other, "utf8")).toBe("not ours");
});

test("a login that is never renewed needs no lock, and has no stale ones", async () => {
  await mkdir(vault, { recursive: true });
  await mkdir(join(vault, ".renewal.lock"));
  const long = new Date(Date.now() - 3600_000);
  await utimes(join(vault, ".renewal.lock"), long, long);
  expect(await withRefreshLock(host.ctx, restingAgent, async () => "done")).toBe("done");
  expect(await removeStaleLocks(host.ctx, restingAgent)).toEqual([]);
  expect(await removeStaleLocks(host.ctx, sampleAgent)).toEqual([expect.stringContaining("--agent sample`")]);
});

test("the status names variables that the launcher takes away, also by the start of their names", async () => {
  const detail = {
    labels: { "cowork.home": homeId(host.ctx.paths), "cowork.name": "a", "cowork.session": "p-a" },
    env: {
      SAMPLE_URL: "x",
      SAMPLE_DEBUG_API: "y",
      SAMPLE_DEBUG_NONE: "",
      // That of the host's authorities is cowork's own.
      SAMPLE_DEBUG_CERT: "/usr/local/share/cowork/ca-bundle.crt",
      SAMPLE_OTHER: "z",
    },
    mounts: [{ type: "bind", source: vault, destination: "/cowork/auth/sample", writable: true }],
  };
  engine.addContainer(detail);
  expect((await authStatus(host.ctx, sampleAgent)).threats).toEqual([
    "session a sets SAMPLE_URL, SAMPLE_DEBUG_API: the agent does not see it, because its launcher takes it away",
  ]);
});
