import { readdir } from "node:fs/promises";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { drainAgent } from "../../../src/agent/inside.ts";
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

/** slower than the two seconds that the agent itself waits when it is told to end */
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
  await logInByHand(host, vendor);
});

/** A session whose agent has just sent the single-use token away and waits for the new one. */
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

/** What a new session gets to hear, which families of tokens the vendor has revoked, what cowork says of the login. */
async function askAgain(): Promise<unknown> {
  await vendor.control({});
  const session = await plainSession(host, vendor, { id: `p-${(count += 1)}` });
  const { out } = await session.run(["claude", "-p", "hi"]);
  const revoked = (await vendor.journal()).flatMap((entry) => entry.revoked ?? []);
  return { out, revoked, login: (await checkVault(host.ctx, host.agent)).login.state };
}

const loggedIn = { out: "made-up answer", revoked: [], login: "ok" };

test("cowork stop waits for a slow renewal", async () => {
  const { session, agent } = await midRefresh();
  expect(await drainAgent(host.ctx, host.agent, session.container)).toEqual([]);
  await execa("docker", ["kill", session.container]);
  await agent;
  expect(await askAgain()).toEqual(loggedIn);
});

test("so does a plain docker stop", async () => {
  const { session, agent } = await midRefresh();
  await execa("docker", ["stop", session.container]);
  await agent;
  expect(await askAgain()).toEqual(loggedIn);
});

test("another session's renewal does not keep one from stopping, and goes on", async () => {
  const { session, agent } = await midRefresh();
  const other = await plainSession(host, vendor, { id: `p-${(count += 1)}` });
  const waiting = other.run(["claude"], { env: ["TERM=xterm"] });
  expect(await drainAgent(host.ctx, host.agent, other.container)).toEqual([]);
  await waiting;
  expect((await agent).out).toBe("made-up answer");
  await execa("docker", ["rm", "-f", session.container, other.container]);
  expect(await askAgain()).toEqual(loggedIn);
});

test("nothing to end: no lock is taken, nothing is waited for", async () => {
  const session = await plainSession(host, vendor, { id: `p-${(count += 1)}` });
  expect(await drainAgent(host.ctx, host.agent, session.container)).toEqual([]);
  expect(await readdir(host.ctx.paths.vault("claude"))).toEqual([".credentials.json"]);
});

test("docker kill in the middle of a renewal loses the login, and that is said", async () => {
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
