import { lstat, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { prepareAgent } from "../../../src/agent/prepare.ts";
import { login, type LoginRequest } from "../../../src/auth/login.ts";
import { logout } from "../../../src/auth/logout.ts";
import { authStatus } from "../../../src/auth/status.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { playTerminal, typeCode } from "../../support/stand-in/terminal.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";
import { homeId } from "../../../src/system/home-id.ts";

let vendor: Vendor;
let host: AgentHost;
let vault: string;
const request = (longLived = false): LoginRequest => ({
  settings: host.settings,
  image: vendor.image,
  way: longLived ? "longLived" : "login",
});
const label = () => `cowork.home=${homeId(host.ctx.paths)}`;

beforeAll(async () => {
  vendor = await startVendor("auth-login");
  host = await agentHost();
  vault = host.ctx.paths.vault("claude");
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

beforeEach(() => vendor.clearJournal());

async function containers(): Promise<string[]> {
  const { stdout } = await execa("docker", ["ps", "-aq", "--filter", `label=${label()}`]);
  return stdout.split("\n").filter(Boolean);
}

async function logIn(longLived = false, columns = 80): Promise<string> {
  const terminal = playTerminal({ columns });
  const stop = vendor.adoptLogin(homeId(host.ctx.paths));
  const done = login(host.ctx, host.agent, request(longLived), terminal.io);
  try {
    await Promise.race([typeCode(terminal), done]);
    await done;
  } finally {
    stop();
  }
  return terminal.shown();
}

test("a login with a typed code stores credentials in the vault and removes its container", async () => {
  await prepareAgent(host.ctx, host.agent, {
    id: "p-a",
    name: "a",
    settings: host.settings,
    workspaceFolder: "/workspaces/p-a",
  });
  const config = join(host.ctx.paths.agentState("p-a", "claude"), ".claude.json");
  await expect(lstat(config)).rejects.toThrow("ENOENT");

  await logIn();

  const file = await lstat(join(vault, ".credentials.json"));
  expect([file.uid, file.mode & 0o777]).toEqual([host.ctx.user.sessionUid, 0o600]);
  expect(await containers()).toEqual([]);
  expect((await readdir(dirname(vault))).toSorted()).toEqual(["claude", "claude.account.json"]);
  const status = await authStatus(host.ctx, host.agent);
  expect(status).toMatchObject({ readable: true, problems: [], threats: [] });
  expect(status.login).toMatchObject({ state: "ok", method: "claude.ai", plan: "max", account: "made-up@example.com" });
  expect(JSON.stringify(status)).not.toMatch(/sk-ant/);
  // the configuration of a session that existed before was updated
  expect(JSON.parse(await readFile(config, "utf8"))).toMatchObject({
    hasCompletedOnboarding: true,
    oauthAccount: { emailAddress: "made-up@example.com" },
    projects: { "/workspaces/p-a": { hasTrustDialogAccepted: true } },
  });
});

test("an interrupted login keeps the previous credentials and removes its container", async () => {
  const before = await readFile(join(vault, ".credentials.json"), "utf8");
  const interrupt = new AbortController();
  const terminal = playTerminal();
  const ctx = { ...host.ctx, signal: interrupt.signal };
  const stop = vendor.adoptLogin(homeId(host.ctx.paths));
  const done = login(ctx, host.agent, request(), terminal.io);
  await terminal.waitFor(/Paste code here/).finally(stop);
  expect(await containers()).toHaveLength(1);
  interrupt.abort();
  await expect(done).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect(await containers()).toEqual([]);
  expect(await readFile(join(vault, ".credentials.json"), "utf8")).toBe(before);
});

test("Ctrl-C at the prompt keeps the previous credentials and removes the container", async () => {
  const terminal = playTerminal();
  const stop = vendor.adoptLogin(homeId(host.ctx.paths));
  const done = login(host.ctx, host.agent, request(), terminal.io);
  await terminal.waitFor(/Paste code here/).finally(stop);
  terminal.type("\u0003");
  await expect(done).rejects.toMatchObject({ code: "NOT_LOGGED_IN" });
  expect(await containers()).toEqual([]);
  expect((await authStatus(host.ctx, host.agent)).login.state).toBe("ok");
});

test("logout revokes the token at the vendor and removes the credentials from the vault", async () => {
  const stop = vendor.adoptLogin(homeId(host.ctx.paths));
  const result = await logout(host.ctx, host.agent, async () => request()).finally(stop);
  expect(result.loggedOut).toBe(true);
  expect((await vendor.journal()).map((entry) => entry.what)).toContain("logout");
  expect(await readdir(vault)).not.toContain(".credentials.json");
  expect((await authStatus(host.ctx, host.agent)).login.state).toBe("none");
  expect(await logout(host.ctx, host.agent, async () => request())).toEqual({ loggedOut: false, notes: [] });
});

test("a long-lived token is stored complete when a narrow terminal breaks it into lines", async () => {
  await logIn(true, 60);
  const status = await authStatus(host.ctx, host.agent);
  expect(status.login).toMatchObject({ state: "ok", longLived: true });
  const { claudeAiOauth } = JSON.parse(await readFile(join(vault, ".credentials.json"), "utf8"));
  const journal = await vendor.journal();
  expect(journal.filter((entry) => entry.bearer === claudeAiOauth.accessToken)).not.toEqual([]);
});
