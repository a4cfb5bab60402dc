import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentHost } from "../../support/home/agent-context.ts";
import { plainRuns, type PlainRuns } from "../../support/runs/plain-run.ts";
import { copilotHost } from "../../support/stand-in/copilot/installed.ts";
import { logInByToken } from "../../support/stand-in/copilot/log-in.ts";
import { plainSession, type PlainSession } from "../../support/stand-in/plain-session.ts";
import { script } from "../../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";

// Runs of the real Copilot: one prompt for each process, judged by its events, and questions that a person answers from outside.

let vendor: Vendor;
let host: AgentHost;
let session: PlainSession;
let runs: PlainRuns;

beforeAll(async () => {
  vendor = await startVendor("agent-copilot-runs");
  host = await copilotHost();
  await logInByToken(host, vendor, "gho_madeupbyhand000000000000000000000");
  session = await plainSession(host, vendor, { id: "p-runs" });
  runs = await plainRuns(host, session);
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

const bash = (command: string): { name: string; input: object } => ({
  name: "bash",
  input: { command, description: "made up", mode: "sync", initial_wait: 10 },
});

test("a run works to its end, its work is committed, and another run continues the conversation", async () => {
  const prompt = script([{ text: "working", tools: [bash("echo two >two")] }, { text: "all done" }]);
  const run = await runs.run(prompt, { commit: "auto" });
  expect(run).toMatchObject({ state: "completed", result: "all done", unpriced: true, budget: 0 });
  expect((await session.run(["git", "log", "-1", "--format=%B"])).out).toContain(`Cowork-Run: ${run.id}`);
  const next = await runs.run(script([{ text: "more" }]), { resume: "last" });
  expect(next).toMatchObject({ state: "completed", result: "more", conversation: run.conversation });
});

test("a run that may not do everything asks a person, and what is denied does not run", async () => {
  const steps = [{ tools: [bash("touch asked-1")] }, { tools: [bash("touch asked-2")] }, { text: "end" }];
  const run = await runs.create(script(steps), { permissions: "ask" });
  const done = runs.supervise(run);
  expect(await runs.answer(run, "allow")).toBe("touch asked-1");
  expect(await runs.answer(run, "deny")).toBe("touch asked-2");
  expect(await done).toMatchObject({ state: "completed", result: "end", denials: 1 });
  const names = await readdir(session.work);
  expect(names).toContain("asked-1");
  expect(names).not.toContain("asked-2");
});

test.each([
  ["401", 401, { state: "failed", detail: expect.stringContaining("cowork auth login --agent copilot") }],
  ["402", 402, { state: "stopped", reason: "limit" }],
  ["400", 400, { state: "failed", detail: expect.stringContaining("400") }],
])("%s of the model ends the run, with its reason", async (_name, status, expected) => {
  await vendor.control({ copilot: { messages: { status } } });
  const run = await runs.run("work");
  await vendor.control({});
  expect(run).toMatchObject(expected);
});

test("a token that GitHub refuses ends the run before it starts", async () => {
  await vendor.control({ copilot: { refuse: true } });
  const run = await runs.run("work");
  await vendor.control({});
  expect(run).toMatchObject({ state: "failed", detail: expect.stringContaining("cowork auth login --agent copilot") });
});

test("a model that never answers is ended by the run's time limit", async () => {
  await vendor.control({ copilot: { messages: { hang: true } } });
  const run = await runs.run("work", { timeoutMs: 5000 });
  await vendor.control({});
  expect(run).toMatchObject({ state: "stopped", reason: "timeout" });
});
