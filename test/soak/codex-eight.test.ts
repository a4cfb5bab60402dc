import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeLaunchers } from "../../src/devcontainer/cli/launchers.ts";
import { agentHost, type AgentHost } from "../support/home/agent-context.ts";
import { logInByCode } from "../support/stand-in/log-in-by-code.ts";
import { plainSession } from "../support/stand-in/plain-session.ts";
import { script } from "../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../support/stand-in/vendor.ts";

let vendor: Vendor;
let host: AgentHost;

beforeAll(async () => {
  vendor = await startVendor("agent-codex-eight");
  host = await agentHost({ agent: "codex" });
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

test("eight sessions work on while their tokens end: each refresh token is spent once, and none is refused", async () => {
  // Codex renews a token by itself in its last five minutes. It gets there soon after it was made.
  await vendor.control({ codex: { expiresIn: 325, refreshDelay: 500 } });
  await logInByCode(host, vendor);
  // A minute between two looks is too long for a test. The file keeps its size, by which cowork knows it.
  const renew = join(await writeLaunchers(host.ctx), "bin", "codex-renew");
  await writeFile(renew, (await readFile(renew, "utf8")).replace("every=60", "every=02"));
  const ids = Array.from({ length: 8 }, (_, index) => `p-codex-${index}`);
  const sessions = await Promise.all(ids.map(async (id) => await plainSession(host, vendor, { id })));
  const pause = { name: "exec_command", input: { cmd: "sleep 6", yield_time_ms: 30_000 } };
  const steps = [...Array.from({ length: 5 }, () => ({ tools: [pause] })), { text: "all done" }];
  await vendor.clearJournal();
  const command = ["codex", "exec", "--json", "--skip-git-repo-check", script(steps)];
  const outputs = await Promise.all(sessions.map(async (one) => await one.run(command)));
  expect(outputs.map(({ out }) => out.includes('"text":"all done"'))).toEqual(ids.map(() => true));
  const journal = await vendor.journal();
  const refreshes = journal.filter(({ what }) => what === "refresh");
  expect(refreshes.filter(({ ok }) => ok !== true)).toEqual([]);
  expect(new Set(refreshes.map(({ token }) => token)).size).toBe(refreshes.length);
  expect(journal.filter(({ what }) => what === "refused")).toEqual([]);
  // Those that ended did not work with their first token to the end.
  const messages = journal.filter(({ what }) => what === "message");
  const first = new Set(messages.slice(0, ids.length).map(({ bearer }) => bearer));
  expect(messages.slice(-ids.length).filter(({ bearer }) => first.has(bearer))).toEqual([]);
});
