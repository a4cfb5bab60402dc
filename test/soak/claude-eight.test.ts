import { afterAll, beforeAll, expect, test } from "vitest";
import { agentHost, type AgentHost } from "../support/home/agent-context.ts";
import { endAccessToken, logInByHand, plainSession } from "../support/stand-in/plain-session.ts";
import { startVendor, type Vendor } from "../support/stand-in/vendor.ts";

let vendor: Vendor;
let host: AgentHost;

beforeAll(async () => {
  vendor = await startVendor("agent-eight");
  host = await agentHost();
  await logInByHand(host, vendor);
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

test("eight sessions refresh an expired access token once each time, and every request is answered", async () => {
  const ids = Array.from({ length: 8 }, (_, index) => `p-eight-${index}`);
  const sessions = await Promise.all(ids.map((id) => plainSession(host, vendor, { id })));
  for (let round = 0; round < 3; round += 1) {
    await endAccessToken(host);
    await vendor.clearJournal();
    // every second session runs as root, so the launcher changes to the session's uid
    const users = ids.map((_, index) => (index % 2 === 1 ? { user: "0:0" } : undefined));
    const answers = await Promise.all(sessions.map((one, index) => one.run(["claude", "-p", "hi"], users[index])));
    expect(answers.map(({ out }) => out)).toEqual(ids.map(() => "made-up answer"));
    const journal = await vendor.journal();
    expect(journal.filter((entry) => entry.what === "refresh")).toEqual([
      expect.objectContaining({ ok: true, revoked: [] }),
    ]);
    expect(journal.filter((entry) => entry.what === "refused")).toEqual([]);
  }
});
