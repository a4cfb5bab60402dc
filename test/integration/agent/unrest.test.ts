import { afterAll, beforeAll, expect, test } from "vitest";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { logInByHand } from "../../support/stand-in/plain-session.ts";
import { unrest } from "../../support/stand-in/unrest.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";

// A short version of test/soak/agent-login.test.ts.

let vendor: Vendor;
let host: AgentHost;

beforeAll(async () => {
  vendor = await startVendor("agent-unrest");
  host = await agentHost();
  await logInByHand(host, vendor);
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

test("no session is logged out when sessions are stopped, started and replaced during token refreshes", async () => {
  // with this seed each kind of stop meets a refresh of its own session within ten steps
  const { answers, refreshes } = await unrest(host, vendor, { sessions: 3, steps: 10, refreshes: 4, seed: 51 });
  const journal = await vendor.journal();
  expect(answers).toEqual(["made-up answer", "made-up answer", "made-up answer"]);
  expect(refreshes).toBeGreaterThanOrEqual(4);
  expect(journal.flatMap((entry) => entry.revoked ?? [])).toEqual([]);
  expect(journal.filter((entry) => entry.what === "refused")).toEqual([]);
});
