import { readdir } from "node:fs/promises";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { endAgent } from "../../../src/agent/inside.ts";
import { checkVault } from "../../../src/auth/vault.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import {
  endAccessToken,
  logInByHand,
  plainSession,
  type PlainSession,
  type Ran,
} from "../../support/stand-in/plain-session.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";

let vendor: Vendor;
let host: AgentHost;
let count = 0;

/** slower than the two seconds that the agent waits after SIGTERM */
const slowAnswer = 4_000;

beforeAll(async () => {
  vendor = await startVendor("agent-stopped");
  host = await agentHost();
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

beforeEach(async () => {
  await vendor.control({});
  // only a test that lost the login needs another one
  if ((await checkVault(host.ctx, host.agent)).login.state !== "ok") await logInByHand(host, vendor);
});

/** Starts a session whose agent has just used its single-use refresh token and waits for the new one. */
async function midRefresh(): Promise<{ session: PlainSession; agent: Promise<Ran> }> {
  const session = await plainSession(host, vendor, { id: `p-${(count += 1)}` });
  await endAccessToken(host);
  await vendor.clearJournal();
  await vendor.control({ refreshDelay: slowAnswer });
  const agent = session.run(["claude", "-p", "hi"]);
  await expect
    .poll(async () => (await vendor.journal()).map((entry) => entry.what), { timeout: 20_000 })
    .toContain("refresh");
  return { session, agent };
}

/** The answer in a new session, the token families that the vendor has revoked, and the state of the login. */
async function askAgain(): Promise<unknown> {
  await vendor.control({});
  const session = await plainSession(host, vendor, { id: `p-${(count += 1)}` });
  const { out } = await session.run(["claude", "-p", "hi"]);
  const revoked = (await vendor.journal()).flatMap((entry) => entry.revoked ?? []);
  return { out, revoked, login: (await checkVault(host.ctx, host.agent)).login.state };
}

const loggedIn = { out: "made-up answer", revoked: [], login: "ok" };

test("cowork stop waits for a slow token refresh", async () => {
  const { session, agent } = await midRefresh();
  expect(await endAgent(host.ctx, host.agent, session.container)).toEqual([]);
  await execa("docker", ["kill", session.container]);
  await agent;
  expect(await askAgain()).toEqual(loggedIn);
});

test("docker stop waits for a slow token refresh", async () => {
  const { session, agent } = await midRefresh();
  await execa("docker", ["stop", session.container]);
  await agent;
  expect(await askAgain()).toEqual(loggedIn);
});

test("a session can stop while another one refreshes the token, and the refresh completes", async () => {
  const { session, agent } = await midRefresh();
  const other = await plainSession(host, vendor, { id: `p-${(count += 1)}` });
  const waiting = other.run(["claude"], { env: ["TERM=xterm"] });
  expect(await endAgent(host.ctx, host.agent, other.container)).toEqual([]);
  await waiting;
  expect((await agent).out).toBe("made-up answer");
  await execa("docker", ["rm", "-f", session.container, other.container]);
  expect(await askAgain()).toEqual(loggedIn);
});

test("without a running agent no lock is taken", async () => {
  const session = await plainSession(host, vendor, { id: `p-${(count += 1)}` });
  expect(await endAgent(host.ctx, host.agent, session.container)).toEqual([]);
  expect(await readdir(host.ctx.paths.vault("claude"))).toEqual([".credentials.json"]);
});

test("docker kill during a token refresh loses the login, and cowork reports it", async () => {
  const { session, agent } = await midRefresh();
  await execa("docker", ["kill", session.container]);
  await agent;
  await vendor.control({});
  const repaired = async () => (await checkVault(host.ctx, host.agent)).repaired.join();
  await expect.poll(repaired, { timeout: 30_000, interval: 1_000 }).toContain("killed while it renewed the login");
  const other = await plainSession(host, vendor, { id: `p-${(count += 1)}` });
  expect((await other.run(["claude", "-p", "hi"])).code).not.toBe(0);
  const { login, problems } = await checkVault(host.ctx, host.agent);
  expect(login.state).toBe("broken");
  expect(problems.join()).toContain("cowork auth login");
});
