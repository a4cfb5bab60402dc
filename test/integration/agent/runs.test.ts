import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunView } from "../../../src/contract/work/run.ts";
import { CoworkError } from "../../../src/errors.ts";
import { answerRequest } from "../../../src/work/approvals/answer.ts";
import { takeInRequests } from "../../../src/work/approvals/take-in.ts";
import { readRun } from "../../../src/work/runs/run-files.ts";
import { writeToRun } from "../../../src/work/runs/run-input.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { plainRuns, type PlainRuns } from "../../support/runs/plain-run.ts";
import { until } from "../../support/runs/until.ts";
import { overloaded, unauthorized, usageLimit } from "../../support/stand-in/control.ts";
import { logInByHand, plainSession, type PlainSession } from "../../support/stand-in/plain-session.ts";
import { script } from "../../support/stand-in/script.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";

let vendor: Vendor;
let host: AgentHost;
let session: PlainSession;
let runs: PlainRuns;

beforeAll(async () => {
  vendor = await startVendor("agent-runs");
  host = await agentHost();
  await logInByHand(host, vendor);
  session = await plainSession(host, vendor, { id: "p-runs" });
  runs = await plainRuns(host, session);
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

const now = (run: RunView): RunView | undefined => readRun(host.ctx, run.sessionId, run.n);
const file = async (run: RunView, name: string): Promise<string> =>
  await readFile(join(host.ctx.paths.run(run.sessionId, run.n), name), "utf8");
const bash = (command: string): { name: string; input: object } => ({ name: "Bash", input: { command } });
const usage = { input_tokens: 1000, output_tokens: 2000 };

/** Waits for a question of this run, and answers it. */
async function answer(run: RunView, decision: "allow" | "deny"): Promise<string> {
  for (;;) {
    const open = await takeInRequests(host.ctx, runs.place);
    const mine = open.find((one) => one.run === run.id);
    if (mine !== undefined) {
      await until(() => now(run)?.state === "waiting");
      const { id, digest } = mine;
      await answerRequest(host.ctx, runs.place, { id, digest, decision, by: "test", through: "test" });
      return mine.text;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("a run works to its end, its work is committed, and another run continues the conversation", async () => {
  const prompt = script([
    { text: "working", tools: [bash("echo two >two")], usage },
    { text: "all done", usage },
  ]);
  const run = await runs.run(prompt, { commit: "auto" });
  expect(run).toMatchObject({
    state: "completed",
    result: "all done",
    turns: 2,
    tokens: { input: 2000, output: 4000 },
  });
  expect(run.cost).toBeGreaterThan(0);
  expect((await session.run(["git", "log", "-1", "--format=%H %B"])).out).toContain(`${String(run.commit)} `);
  expect((await session.run(["git", "log", "-1", "--format=%B"])).out).toContain(`Cowork-Run: ${run.id}`);
  expect(await file(run, "diff.patch")).toContain("+two");
  expect(await file(run, "transcript.md")).toContain("working");

  const next = await runs.run(script([{ text: "more", usage }]), { resume: "last" });
  expect(next).toMatchObject({
    state: "completed",
    result: "more",
    conversation: run.conversation,
    tokens: { input: 1000 },
  });
  expect(next.cost).toBeCloseTo(run.cost / 2);
});

test("a question of the run waits for a person, its clock stands still, and a denied call does not run", async () => {
  const prompt = script([{ tools: [bash("touch asked-1")] }, { tools: [bash("touch asked-2")] }, { text: "end" }]);
  const run = await runs.create(prompt, { permissions: "ask" });
  const done = runs.supervise(run);
  expect(await answer(run, "allow")).toContain("touch asked-1");
  const waited = now(run)?.workedMs ?? 0;
  expect(await answer(run, "deny")).toContain("touch asked-2");
  const ended = await done;
  expect(ended).toMatchObject({ state: "completed", denials: 1 });
  expect(ended.workedMs).toBeGreaterThanOrEqual(waited);
  const { out } = await session.run(["ls"]);
  expect(out).toContain("asked-1");
  expect(out).not.toContain("asked-2");
});

test("money: the run stops when it is spent, and what is spent is known before", async () => {
  const steps = [1, 2, 3, 4].map(() => ({
    tools: [bash("sleep 1; echo")],
    usage: { input_tokens: 0, output_tokens: 2000 },
  }));
  const run = await runs.create(script(steps), { budget: 0.1 });
  const costs = new Set<number>();
  const done = runs.supervise(run, { times: { spentMs: 100 } });
  let isOver = false;
  const watched = until(() => (costs.add(now(run)?.cost ?? 0), isOver));
  const ended = await done;
  isOver = true;
  await watched;
  expect(ended).toMatchObject({ state: "stopped", reason: "budget" });
  expect([...costs].some((cost) => cost > 0 && cost < ended.cost)).toBe(true);
});

test("time: an agent that does not end is interrupted; one that hangs in a request, too", async () => {
  const working = await runs.run(script([{ tools: [bash("tail -f /dev/null")] }]), { timeoutMs: 3000 });
  expect(working).toMatchObject({ state: "stopped", reason: "timeout" });
  const hanging = await runs.run(script([{ hang: true }]), { timeoutMs: 3000 });
  expect(hanging).toMatchObject({ state: "stopped", reason: "timeout" });
});

test("a usage limit with a reset is waited for, and the same conversation goes on", async () => {
  await vendor.control({ messages: { ...usageLimit(Math.ceil(Date.now() / 1000) + 6), times: 1 } });
  const run = await runs.create("work");
  const done = runs.supervise(run);
  await until(() => now(run)?.state === "waiting");
  expect(now(run)?.until).toBeDefined();
  await vendor.control({});
  expect(await done).toMatchObject({ state: "completed", conversation: run.conversation });
});

test.each([
  ["529", overloaded, { state: "failed" }],
  ["401", unauthorized, { state: "failed" }],
])("%s of the vendor ends the run as failed, with its reason", async (code, messages, expected) => {
  await vendor.control({ messages });
  const run = await runs.run("work");
  await vendor.control({});
  expect(run).toMatchObject(expected);
  expect(run.detail).toContain(code);
});

test("a follow-up during the run is part of it", async () => {
  const run = await runs.create(script([{ text: "first", delay: 3000 }]));
  const done = runs.supervise(run);
  await until(async () => (await file(run, "output.jsonl").catch(() => "")).includes('"subtype":"init"'));
  const line = host.agent.run?.prompt(script([{ text: "second" }])) ?? "";
  expect(await writeToRun(host.ctx, runs.place, run.n, line)).toBe(true);
  expect(await done).toMatchObject({ state: "completed", result: "second", turns: 2 });
  // Prompts are in the transcript, in their place.
  const transcript = await file(run, "transcript.md");
  expect(transcript).toMatch(/^> @@.*first[\s\S]*^first$[\s\S]*^second$/m);
  expect(transcript).toMatch(/^> @@.*second/m);
});

test("a plan is an approval and a file, and one that is not approved is not carried out", async () => {
  const steps = [{ text: "# Plan: make planned", tools: [{ name: "ExitPlanMode", input: {} }] }, { text: "not done" }];
  const run = await runs.create(script(steps), { action: "plan" });
  const done = runs.supervise(run);
  await answer(run, "deny");
  expect(await done).toMatchObject({ state: "completed", result: "not done", denials: 1 });
  expect(await file(run, "plan.md")).toBe("# Plan: make planned\n");
});

test("before its plan is approved, a run that may do everything changes nothing", async () => {
  const write = { name: "Write", input: { file_path: "/work/early-write", content: "x" } };
  const steps = [
    { tools: [write] },
    { tools: [{ name: "ExitPlanMode", input: { plan: "# Plan" } }] },
    { tools: [bash("touch late-command")] },
    { tools: [{ ...write, input: { ...write.input, file_path: "/work/late-write" } }] },
    { text: "done" },
  ];
  const run = await runs.create(script(steps), { action: "plan", permissions: "all" });
  const done = runs.supervise(run);
  // The only question is the one for the plan, which has no text here: the tool that writes was denied without one.
  expect(await answer(run, "allow")).toBe("");
  expect((await session.run(["ls"])).out).not.toContain("early");
  expect(await done).toMatchObject({ state: "completed", result: "done", denials: 1 });
  expect((await session.run(["ls"])).out).toMatch(/late-command\nlate-write/);
});

test("a review has no tool that writes, and fails if a command changes the clone", async () => {
  const write = { name: "Write", input: { file_path: "/work/written", content: "x" } };
  const good = await runs.run(script([{ tools: [write] }, { text: "report" }]), { action: "review" });
  expect(good).toMatchObject({ state: "completed", result: "report" });
  expect((await session.run(["ls"])).out).not.toContain("written");
  const bad = await runs.run(script([{ tools: [bash("echo x >sly")] }, { text: "report" }]), { action: "review" });
  expect(bad).toMatchObject({
    state: "failed",
    detail: "the run was to change nothing, but files changed in the clone",
  });
});

test("the agent of a killed supervisor is ended before another run continues its conversation", async () => {
  const run = await runs.create(script([{ tools: [bash("tail -f /dev/null")] }, { text: "never" }]));
  const killed = new AbortController();
  const done = runs.supervise(run, { ctx: { ...host.ctx, signal: killed.signal } });
  done.catch(() => undefined);
  await until(() => now(run)?.detail?.includes("tail -f") === true);
  killed.abort(new CoworkError("INTERRUPTED", "killed"));
  await expect(done).rejects.toThrow("killed");
  expect(now(run)).toMatchObject({ state: "stopped", reason: "crash" });
  const next = await runs.run(script([{ text: "continued" }]), { resume: "last" });
  expect(next).toMatchObject({ state: "completed", result: "continued", conversation: run.conversation });
  const { out } = await session.run(["sh", "-c", "cat /proc/[0-9]*/comm 2>/dev/null | grep -c claude"]);
  expect(out.trim()).toBe("0");
});
