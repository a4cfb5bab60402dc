import { lstat, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { writePolicy } from "../../../src/agent/policy-files.ts";
import { givePolicyToRoot } from "../../../src/agent/policy-owner.ts";
import { changeRules } from "../../../src/agent/rules.ts";
import { logout } from "../../../src/auth/logout.ts";
import { authStatus } from "../../../src/auth/status.ts";
import type { AgentHost } from "../../support/home/agent-context.ts";
import { asRoot } from "../../support/home/as-root.ts";
import { deviceToken } from "../../support/stand-in/copilot/handle.ts";
import { copilotHost } from "../../support/stand-in/copilot/installed.ts";
import { logInByToken } from "../../support/stand-in/copilot/log-in.ts";
import { logInByCode } from "../../support/stand-in/log-in-by-code.ts";
import { plainSession, type PlainSession } from "../../support/stand-in/plain-session.ts";
import { script } from "../../support/stand-in/script.ts";
import { startVendor, type Entry, type Vendor } from "../../support/stand-in/vendor.ts";
import { openTerminal } from "../../support/tmux-terminal.ts";

// The real program against a stand-in for GitHub, in containers with the launcher and the policy of sessions.

let vendor: Vendor;
let host: AgentHost;
let vault: string;
let count = 0;
const elsewhere = "https://elsewhere.example";
const token = "gho_madeupbyhand000000000000000000000";

beforeAll(async () => {
  vendor = await startVendor("agent-copilot");
  host = await copilotHost();
  vault = host.ctx.paths.vault("copilot");
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

beforeEach(() => vendor.clearJournal());

async function session(env: Record<string, string> = {}): Promise<PlainSession> {
  return await plainSession(host, vendor, { id: `p-copilot-${(count += 1)}`, env });
}
const run = ["copilot", "--output-format=json", "--allow-all"];
const bash = (command: string): { name: string; input: object } => ({
  name: "bash",
  input: { command, description: "made up", mode: "sync", initial_wait: 10 },
});
const of = async (what: Entry["what"]): Promise<Entry[]> => (await vendor.journal()).filter((one) => one.what === what);
/** Texts of the agent in what a run printed. */
const said = (out: string): string[] =>
  [...out.matchAll(/"type":"assistant\.message","data":\{.*?"content":("(?:[^"\\]|\\.)*")/g)]
    .map(([, text]) => JSON.parse(text!) as string)
    .filter((text) => text !== "");

test("a login by device code puts the token alone into the vault", async () => {
  const { login, shown } = await logInByCode(host, vendor);
  expect(shown).toContain("https://github.com/login/device");
  expect(login).toMatchObject({ state: "ok", account: "made-up" });
  const file = await lstat(join(vault, "token"));
  expect([file.uid, file.mode & 0o777]).toEqual([host.ctx.user.sessionUid, 0o600]);
  expect(await readFile(join(vault, "token"), "utf8")).toBe(`${deviceToken}\n`);
  // Nothing is left of the folder in which the program stored it.
  expect((await readdir(join(vault, ".."))).toSorted()).toEqual(["copilot", "copilot.account.json"]);
  expect(JSON.stringify(await authStatus(host.ctx, host.agent))).not.toContain(deviceToken);
});

test("a login with a token from standard input replaces it, and one that GitHub refuses does not", async () => {
  expect(await logInByToken(host, vendor, token)).toMatchObject({ state: "ok", detail: "logged in as made-up" });
  await expect(logInByToken(host, vendor, "gho_wrong0000000000000")).rejects.toMatchObject({ code: "NOT_LOGGED_IN" });
  expect(await readFile(join(vault, "token"), "utf8")).toBe(`${token}\n`);
});

test("a session uses the login, reports what it does, and its tools do not see the token", async () => {
  const made = await session({ GH_TOKEN: "gho_ofthe_project", COPILOT_GITHUB_TOKEN: "gho_another" });
  const steps = [{ text: "I do it.", tools: [bash('echo "one $COPILOT_GITHUB_TOKEN" >added')] }, { text: "Done." }];
  const { out } = await made.run(run, { input: script(steps) });
  expect(said(out), out).toEqual(["I do it.", "Done."]);
  expect(await readFile(join(made.work, "added"), "utf8")).toBe("one \n");
  const names = (await readdir(join(host.ctx.paths.events(made.id), "inbox"))).map((name) => name.split(".").at(-1));
  const reported = [
    "sessionStart",
    "userPromptSubmitted",
    "preToolUse",
    "permissionRequest",
    "postToolUse",
    "agentStop",
  ];
  expect(names).toEqual(expect.arrayContaining([...reported, "sessionEnd"]));
  const bearers = new Set((await vendor.journal()).map(({ bearer }) => bearer).filter((one) => one !== undefined));
  expect([...bearers]).toEqual([token]);
  // The program is not unpacked again in a session.
  expect((await made.run(["sh", "-c", "ls /tmp/.cache/copilot /cowork/session/copilot/pkg"])).code).not.toBe(0);
});

test("variables of a container send the login nowhere, and the status names them", async () => {
  const hostile = {
    COPILOT_DEBUG_GITHUB_API_URL: elsewhere,
    COPILOT_API_URL: elsewhere,
    COPILOT_GH_HOST: "elsewhere.example",
    GH_HOST: "elsewhere.example",
    COPILOT_MC_BASE_URL: elsewhere,
    COPILOT_PROVIDER_BASE_URL: elsewhere,
    COPILOT_PROVIDER_API_KEY: "made-up",
    COPILOT_ALLOW_ALL: "true",
    COPILOT_OFFLINE: "true",
    HTTPS_PROXY: "",
  };
  const made = await session(hostile);
  const ask = script([{ tools: [bash("touch not-allowed")] }, { text: "end" }]);
  const { out } = await made.run(["copilot", "-p", ask, "--output-format", "json"]);
  expect(said(out), out).toEqual(["end"]);
  const journal = await vendor.journal();
  expect(journal.filter((one) => one.host?.endsWith(".example"))).toEqual([]);
  expect(await readdir(made.work)).not.toContain("not-allowed");
  const { threats } = await authStatus(host.ctx, host.agent);
  expect(threats.join()).toContain("COPILOT_DEBUG_GITHUB_API_URL");
});

test("a proxy with its own certificate gets no token", async () => {
  const authority = "/work/thief.pem";
  const trusting = { SSL_CERT_FILE: authority, NODE_EXTRA_CA_CERTS: authority, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
  const made = await session({ HTTPS_PROXY: vendor.thief.proxy, ...trusting });
  await writeFile(join(made.work, "thief.pem"), await readFile(vendor.thief.authority));
  await made.run(["timeout", "10", ...run], { input: "hi" });
  expect((await of("proxy")).length).toBeGreaterThan(0);
  expect(await of("stolen")).toEqual([]);
});

test("hooks of a repository run only if the user agreed to them, and switch off none of ours", async () => {
  const made = await session();
  const hook = { version: 1, hooks: { sessionStart: [{ type: "command", bash: "touch /work/hook-ran" }] } };
  await mkdir(join(made.work, ".github", "hooks"), { recursive: true });
  await mkdir(join(made.work, ".github", "copilot"), { recursive: true });
  await writeFile(join(made.work, ".github", "hooks", "own.json"), JSON.stringify(hook));
  await writeFile(join(made.work, ".github", "copilot", "settings.json"), '{"disableAllHooks":true}');
  const events = join(host.ctx.paths.events(made.id), "inbox");
  await made.run([...run, "--trust-folder", "-p", "hi"]);
  expect(await readdir(made.work)).not.toContain("hook-ran");
  expect((await readdir(events)).length).toBeGreaterThan(0);
  await writeFile(join(made.work, ".github", "copilot", "settings.json"), "{}");
  await changeRules(host.ctx, host.agent, made.id, (rules) => ({ ...rules, repository: "agreed" }));
  await made.run([...run, "--trust-folder", "-p", "hi"]);
  expect(await readdir(made.work)).toContain("hook-ran");
});

test("where cowork is not root, the engine gives a session's policy to root", async () => {
  const folder = host.ctx.paths.policy("p-owner");
  const files = host.agent.launch.policy!.session({ allow: [], deny: [], ask: [], repository: "none" });
  await writePolicy(folder, files);
  const paths = Object.keys(files).map((name) => join(folder, name));
  await asRoot("chown", ["12345:12345", ...paths]);
  const ctx = { ...host.ctx, user: { ...host.ctx.user, uid: 12_345 } };
  const image = async (): Promise<string> => await Promise.resolve(vendor.image);
  expect(await givePolicyToRoot(ctx, host.agent, "p-owner", image)).toEqual([]);
  expect((await Promise.all(paths.map(async (path) => await lstat(path)))).map(({ uid }) => uid)).toEqual([0, 0]);
});

test("in a terminal nothing is asked at the start, and a question is a state", async () => {
  const made = await session();
  await vendor.script("terminal", [{ tools: [bash("touch asked")] }, { text: "The end." }]);
  const command = ["copilot", "--session-id=11111111-2222-4333-8444-555555555555", "--interactive=@@file:terminal@@"];
  const terminal = await openTerminal(made.inside(command, { tty: true, env: ["TERM=xterm-256color", "HOME=/tmp"] }), {
    columns: 110,
    rows: 40,
  });
  try {
    await terminal.shows(/Do you want to run this command/);
    expect(await terminal.screen()).not.toMatch(/folder trust|sign in|\/login/i);
    const last = join(host.ctx.paths.events(made.id), "last");
    await expect.poll(async () => await readFile(last, "utf8")).toMatch(/^notification\n.*permission_prompt/);
    await terminal.type("1");
    await terminal.shows(/The end\./);
    await expect.poll(async () => await readFile(last, "utf8")).toMatch(/^agentStop\n/);
  } finally {
    await terminal.close();
  }
  expect(await readdir(made.work)).toContain("asked");
});

test("an image without the C++ library gets one clear error", async () => {
  const dockerfile = `FROM ${vendor.image}\nUSER 0\nRUN rm -f /usr/lib/*-linux-gnu/libstdc++.so.6*`;
  const { stdout } = await execa("docker", ["build", "-q", "--label", "cowork.test=agent-copilot", "-"], {
    input: dockerfile,
  });
  const image = stdout.trim().split("\n").at(-1)!;
  try {
    const made = await plainSession(host, vendor, { id: "p-copilot-small", image });
    const { code, out } = await made.run(["copilot", "-p", "hi"]);
    expect({ code, out }).toEqual({
      code: 126,
      out: "cowork: GitHub Copilot needs libstdc++.so.6, which this container does not have: install the packages libstdc++6 and libgcc-s1 in its image.",
    });
    await execa("docker", ["rm", "-f", "-v", made.container]);
  } finally {
    await execa("docker", ["rmi", "-f", image], { reject: false });
  }
});

test("logout removes the token, and a session says what to do", async () => {
  const request = { settings: host.settings, image: vendor.image };
  const result = await logout(host.ctx, host.agent, async () => await Promise.resolve(request));
  expect(result.loggedOut).toBe(true);
  expect(await readdir(vault)).toEqual([]);
  const { out } = await (await session()).run(run, { input: "hi" });
  expect(out).toContain("cowork auth login --agent copilot");
  expect(await of("message")).toEqual([]);
});
