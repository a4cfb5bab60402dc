import { afterAll, beforeAll, expect, test } from "vitest";
import { agentHost, type AgentHost } from "../support/home/agent-context.ts";
import { logInByHand } from "../support/stand-in/plain-session.ts";
import { unrest } from "../support/stand-in/unrest.ts";
import { startVendor, type Vendor } from "../support/stand-in/vendor.ts";

let vendor: Vendor;
let host: AgentHost;

beforeAll(async () => {
  vendor = await startVendor("soak-agent-login");
  host = await agentHost();
  await logInByHand(host, vendor);
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

test("sessions keep their login through random stops, starts and replacements (new seed each run)", async () => {
  const seed = Number(process.env["COWORK_SEED"] ?? Date.now() % 1e6);
  console.info(`COWORK_SEED=${seed}`);
  await vendor.clearJournal();
  const { answers, refreshes } = await unrest(host, vendor, { sessions: 6, steps: 200, refreshes: 50, seed });
  const journal = await vendor.journal();
  expect({ seed, answers }).toEqual({ seed, answers: answers.map(() => "made-up answer") });
  expect(refreshes).toBeGreaterThanOrEqual(50);
  expect(journal.flatMap((entry) => entry.revoked ?? [])).toEqual([]);
});
