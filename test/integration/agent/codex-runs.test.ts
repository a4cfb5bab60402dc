import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stopRun } from "../../../src/work/runs/stop-run.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { plainRuns, type PlainRuns } from "../../support/runs/plain-run.ts";
import { until } from "../../support/runs/until.ts";
import { logInByCode } from "../../support/stand-in/log-in-by-code.ts";
import { plainSession, type PlainSession } from "../../support/stand-in/plain-session.ts";
import { script } from "../../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";

// Runs of the real Codex: one prompt for each process, and questions that a person answers from outside.

let vendor: Vendor;
let host: AgentHost;
let session: PlainSession;
let runs: PlainRuns;

beforeAll(async () => {
  vendor = await startVendor("agent-codex-runs");
  host = await agentHost({ agent: "codex" });
  await logInByCode(host, vendor);
  session = await plainSession(host, vendor, { id: "p-runs" });
  runs = await plainRuns(host, session);
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

const shell = (cmd: string): { name: string; input: object } => ({ name: "exec_command", input: { cmd } });
const patch = (file: string): { name: string; input: string } => ({
  name: "apply_patch",
  input: `*** Begin Patch\n*** Add File: ${file}\n+hello\n*** End Patch`,
});
const usage = { input_tokens: 1000, output_tokens: 200 };

test("a run works to its end, its work is committed, and another run continues the conversation", async () => {
  const prompt = script([
    { text: "working", tools: [shell("echo two >two")], usage },
    { text: "all done", usage },
  ]);
  const run = await runs.run(prompt, { commit: "auto" });
  expect(run).toMatchObject({
    state: "completed",
    result: "all done",
    unpriced: true,
    budget: 0,
    tokens: { input: 2000, output: 400 },
  });
  expect((await session.run(["git", "log", "-1", "--format=%B"])).out).toContain(`Cowork-Run: ${run.id}`);
  const result = await readFile(join(host.ctx.paths.run(run.sessionId, run.n), "result.json"), "utf8");
  expect(JSON.parse(result)).not.toHaveProperty("cost");
  const next = await runs.run(script([{ text: "more", usage }]), { resume: "last" });
  expect(next).toMatchObject({
    state: "completed",
    result: "more",
    conversation: run.conversation,
    tokens: { input: 1000, output: 200 },
  });
});

test("a run that may not do everything asks a person, and does not do what is denied", async () => {
  const asked = {
    name: "exec_command",
    input: { cmd: "touch three", sandbox_permissions: "require_escalated", justification: "why" },
  };
  const steps = [{ tools: [patch("one.txt")] }, { tools: [patch("two.txt")] }, { tools: [asked] }, { text: "end" }];
  const run = await runs.create(script(steps), { permissions: "edits" });
  const done = runs.supervise(run);
  expect(await runs.answer(run, "allow")).toContain("Add File: one.txt");
  expect(await runs.answer(run, "deny")).toContain("Add File: two.txt");
  expect(await runs.answer(run, "allow")).toBe("touch three\n\n# why");
  expect(await done).toMatchObject({ state: "completed", result: "end" });
  const { out } = await session.run(["ls"]);
  expect(["one.txt", "two.txt", "three"].filter((name) => out.split("\n").includes(name))).toEqual([
    "one.txt",
    "three",
  ]);
});

test("what runs without being asked for does not start where a person decides", async () => {
  const run = await runs.run(script([{ tools: [shell("touch four")] }, { text: "end" }]), { permissions: "ask" });
  expect(run).toMatchObject({ state: "completed" });
  expect((await session.run(["ls"])).out).not.toContain("four");
});

test("a run that hangs ends at its time limit, one that is stopped at once", async () => {
  const hanging = await runs.run(script([{ hang: true }]), { timeoutMs: 3000 });
  expect(hanging).toMatchObject({ state: "stopped", reason: "timeout" });
  const run = await runs.create(script([{ tools: [shell("tail -f /dev/null")] }]));
  const done = runs.supervise(run);
  await until(async () => (await session.run(["sh", "-c", "cat /proc/[0-9]*/comm"])).out.includes("tail"));
  await stopRun(host.ctx, { id: run.sessionId }, run.n, { by: "test" });
  expect(await done).toMatchObject({ state: "stopped", reason: "user" });
});

const limit = { type: "usage_limit_reached", message: "made-up", plan_type: "pro", resets_in_seconds: 5000 };

test.each([
  ["a usage limit", { status: 429, body: { error: limit } }, false, { state: "stopped", reason: "limit" }],
  ["another error", { status: 400, body: { error: { message: "made-up no" } } }, false, { state: "failed" }],
  [
    "a lost login",
    { status: 401 },
    true,
    { state: "failed", detail: expect.stringContaining("cowork auth login --agent codex") },
  ],
])("%s ends the run, and says so", async (_what, messages, refuseRefresh, expected) => {
  await vendor.control({ codex: { messages, refuseRefresh } });
  const run = await runs.run("work");
  await vendor.control({});
  expect(run).toMatchObject(expected);
});
