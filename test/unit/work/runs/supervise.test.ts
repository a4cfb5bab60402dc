import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunRequest, RunView } from "../../../../src/contract/work/run.ts";
import { readHistoryLines } from "../../../support/runs/history-lines.ts";
import { runHost, type RunHost } from "../../../support/runs/run-host.ts";
import { until } from "../../../support/runs/until.ts";
import { liveFolder } from "../../../../src/work/runs/output/live-files.ts";
import { readRun } from "../../../../src/work/runs/run-files.ts";
import { writeToRun } from "../../../../src/work/runs/run-input.ts";
import { stopRun } from "../../../../src/work/runs/stop-run.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";

let host: RunHost;
beforeAll(async () => {
  host = await runHost();
  await host.init("a", "b", "c");
});
afterAll(async () => await host.end());

const now = (run: RunView): RunView | undefined => readRun(host.ctx, run.sessionId, run.n);
const eventsOf = (run: RunView): string[] =>
  readHistoryLines(host.ctx, run.sessionId).flatMap(({ type, data }) => (data["run"] === run.id ? [type] : []));

test("a run is completed by a good result and exit code 0, and leaves its files", async () => {
  const run = await host.run("a", "@@say hello; good fine 0.5@@");
  expect(run).toMatchObject({
    state: "completed",
    turns: 1,
    cost: 0.5,
    tokens: { input: 10, output: 2 },
    result: "fine",
  });
  expect(run.artifacts.map(({ name }) => name)).toEqual([
    "prompt.md",
    "report.md",
    "transcript.md",
    "transcript.jsonl",
    "diff.patch",
    "result.json",
  ]);
  expect(await host.file(run, "report.md")).toBe("fine\n");
  expect(await host.file(run, "transcript.md")).toContain("hello");
  expect(JSON.parse(await host.file(run, "result.json"))).toMatchObject({
    state: "completed",
    costBasis: "list prices in USD",
  });
  expect(eventsOf(run)).toEqual(["run.created", "run.started", "run.ended"]);
});

test.each<[string, string, Partial<RunView>]>([
  [
    "the money is spent",
    "result error_max_budget_usd true budget_exhausted null ''; code_at_end=1",
    { state: "stopped", reason: "budget" },
  ],
  [
    "the turns are used",
    "result error_max_turns true max_turns null ''; code_at_end=1",
    { state: "stopped", reason: "limit" },
  ],
  [
    "a usage limit has no reset",
    "result success true api_error 429 limit-reached; code_at_end=1",
    { state: "stopped", reason: "limit" },
  ],
  [
    "the vendor is overloaded",
    "result success true api_error 529 Overloaded; code_at_end=1",
    { state: "failed", detail: "Overloaded" },
  ],
  [
    "the login is refused",
    "result success true api_error 401 refused; code_at_end=1",
    { state: "failed", detail: "refused: run cowork auth login on the host" },
  ],
  [
    "a person interrupted it",
    "result error_during_execution true aborted_tools null ''",
    { state: "stopped", reason: "user" },
  ],
  [
    "a good result is followed by exit code 3",
    "good; code_at_end=3",
    { state: "failed", detail: "the agent ended without a good result: exit code 3" },
  ],
  [
    "there is no result",
    "echo broken >&2; exit 4",
    { state: "failed", detail: "the agent ended without a good result: exit code 4: broken" },
  ],
  ["the agent is killed", "kill -9 $$", { state: "stopped", reason: "crash" }],
  [
    "there are two results and the last is bad",
    "good; result success true api_error 529 Overloaded; code_at_end=1",
    { state: "failed" },
  ],
])("a run ends as it should when %s", async (_, code, expected) => {
  const run = await host.run("a", `@@${code}@@`);
  expect(run).toMatchObject(expected);
  expect(now(run)).toEqual(run);
});

test("the money of a run is what its own part of the conversation costs", async () => {
  const first = await host.run("a", "@@good one 2@@", { budget: 5 });
  const second = await host.run("a", "@@good two 2.75@@", { budget: 1, resume: first.n });
  expect(second).toMatchObject({ state: "completed", cost: 0.75, resumes: first.n, conversation: first.conversation });
  const args = (await host.given("a", "args")).at(-1);
  expect(args).toContain(`--resume ${String(first.conversation)}`);
  expect(args).toContain("--max-budget-usd 1 ");
});

test("at half and four fifths of the money an event is written, once each", async () => {
  const code =
    "result success false completed null x 0.6; while [ ! -e go ]; do sleep 0.05; done; rm go; good x 0.9; background";
  const run = await host.create("a", host.wanted(`@@${code}@@`, { budget: 1 }));
  const done = host.supervise(run, { times: { graceMs: 5000 } });
  await until(() => eventsOf(run).includes("run.budget"));
  await host.inside("a", "touch go");
  await stopWhen(run, () => eventsOf(run).filter((type) => type === "run.budget").length === 2);
  await done;
  const shares = readHistoryLines(host.ctx, run.sessionId).flatMap(({ type, data }) =>
    type === "run.budget" && data["run"] === run.id ? [data["percent"]] : [],
  );
  expect(shares).toEqual([50, 80]);
});

async function stopWhen(run: RunView, isDue: () => boolean): Promise<void> {
  await until(isDue);
  await stopRun(host.ctx, { id: run.sessionId }, run.n, { by: "test" });
}

test("a run that ends at a usage limit goes on by itself in the same conversation when the limit ends", async () => {
  const code = "limit $(($(date +%s) + 2)); result success true api_error 429 limit; code_at_end=1";
  const run = await host.create("a", host.wanted(`@@${code}@@`));
  const done = host.supervise(run);
  await until(() => now(run)?.state === "waiting");
  expect(now(run)).toMatchObject({ state: "waiting", detail: "waiting for the usage limit to end" });
  expect(now(run)?.until).toBeDefined();
  const ended = await done;
  expect(ended).toMatchObject({ state: "completed", conversation: run.conversation });
  expect(ended.until).toBeUndefined();
  const [first, second] = (await host.given("a", "args")).slice(-2);
  expect(first).toContain(`--session-id ${String(run.conversation)}`);
  expect(second).toContain(`--resume ${String(run.conversation)}`);
  expect(eventsOf(run)).toEqual(["run.created", "run.started", "run.limit", "run.resumed", "run.ended"]);
});

test("an interrupt ends a run that has its result and only waits for a command in the background", async () => {
  const run = await host.create("a", host.wanted("@@at_rest=yes; background 1; good Never.@@"));
  const supervised = host.supervise(run);
  await until(async () => (await host.file(run, "output.jsonl").catch(() => "")).includes("Never."));
  const { place } = await host.session("a");
  const id = host.containers("a")[0]?.id ?? "";
  const there = { ...place, container: { id, running: true, startedAt: "", user: "dev", workspaceFolder: "/" } };
  expect(await writeToRun(host.ctx, there, run.n, place.agent.run?.interrupt?.("i") ?? "")).toBe(true);
  expect(await supervised).toMatchObject({ state: "stopped", reason: "user" });
});
test("an agent that works past its time is interrupted, and the run is stopped", async () => {
  const run = await host.run("a", "@@say working; @@", { timeoutMs: 100 });
  expect(run).toMatchObject({ state: "stopped", reason: "timeout" });
  expect((await host.given("a", "lines")).at(-1)).toContain('"subtype":"interrupt"');
});

test("an agent that hangs and takes no interrupt is ended with its time", async () => {
  const run = await host.run("a", "@@trap '' TERM; sleep 300@@", { timeoutMs: 50 });
  expect(run).toMatchObject({ state: "stopped", reason: "timeout" });
});

test("a process that stays after its result is ended, and the result counts", async () => {
  const run = await host.run("a", "@@good fine; at_end='sleep 300'@@");
  expect(run).toMatchObject({ state: "completed", result: "fine" });
});

test("work in the background keeps the input open until it has ended", async () => {
  const code = "background 1; good early; while [ ! -e go ]; do sleep 0.05; done; rm go; background; good late";
  const run = await host.create("a", host.wanted(`@@${code}@@`));
  const done = host.supervise(run);
  await until(() => now(run)?.result === "early");
  await host.ctx.clock.sleep(300);
  expect(now(run)?.state).toBe("running");
  await host.inside("a", "touch go");
  expect(await done).toMatchObject({ state: "completed", result: "late", turns: 2 });
});

test("a follow-up reaches the agent of the run, and is refused when the run has ended", async () => {
  const run = await host.create("b", host.wanted("@@say started@@"));
  const done = host.supervise(run);
  await until(() => now(run)?.state === "running");
  const { place } = await host.session("b");
  const container = {
    id: host.containers("b")[0]?.id ?? "",
    running: true,
    startedAt: "",
    user: "dev",
    workspaceFolder: "/",
  };
  const there = { ...place, container };
  expect(await writeToRun(host.ctx, there, run.n, `${JSON.stringify("@@good more@@")}\n`)).toBe(true);
  expect(await done).toMatchObject({ state: "completed", result: "more" });
  expect(await writeToRun(host.ctx, there, run.n, "late\n")).toBe(false);
});

test("a prompt of more than 128 KiB arrives whole", async () => {
  const filler = "x".repeat(300_000);
  const run = await host.run("b", `@@good@@${filler}`);
  expect(run.state).toBe("completed");
  expect((await host.given("b", "lines")).at(-1)).toContain(`@@good@@${filler}"`);
});

test("a run can be stopped while it works, and while it waits for a usage limit", async () => {
  const working = await host.create("b", host.wanted("@@say working@@"));
  const first = host.supervise(working);
  await stopWhen(working, () => now(working)?.state === "running");
  expect(await first).toMatchObject({ state: "stopped", reason: "user" });
  const limited = await host.create(
    "b",
    host.wanted("@@limit $(($(date +%s) + 3000)); result success true api_error 429 x; code_at_end=1@@"),
  );
  const second = host.supervise(limited);
  await stopWhen(limited, () => now(limited)?.state === "waiting");
  expect(await second).toMatchObject({ state: "stopped", reason: "user" });
});

test("more runs than RUNS wait in a queue that is visible, and go on first come, first served", async () => {
  const code = "while [ ! -e go ]; do sleep 0.05; done; good";
  const [a, b, c] = await Promise.all(
    ["a", "b", "c"].map((name) => host.create(name, host.wanted(`@@${code}@@`, { runs: 1 }))),
  );
  if (a === undefined || b === undefined || c === undefined) throw new Error("no runs");
  const first = host.supervise(a);
  await until(() => now(a)?.state === "running");
  const second = host.supervise(b);
  await until(() => now(b)?.detail === "waiting for 1 run before it");
  const third = host.supervise(c);
  await until(() => now(c)?.detail === "waiting for 2 runs before it");
  await stopRun(host.ctx, { id: b.sessionId }, b.n, { by: "test" });
  expect(await second).toMatchObject({ state: "stopped", reason: "user" });
  for (const name of ["a", "c"]) await host.inside(name, "touch go");
  expect((await first).state).toBe("completed");
  expect((await third).state).toBe("completed");
  for (const name of ["a", "c"]) await host.inside(name, "rm go");
});

test("an agent that says nothing for long is reported once", async () => {
  const run = await host.create("b", host.wanted("@@say working@@"));
  const done = host.supervise(run, { times: { stallMs: 100 } });
  await until(() => eventsOf(run).includes("run.stalled"));
  await host.ctx.clock.sleep(300);
  await stopWhen(run, () => true);
  await done;
  expect(eventsOf(run).filter((type) => type === "run.stalled")).toHaveLength(1);
});

test.each<RunRequest["action"]>(["analyze", "review"])("%s that changes a file fails, and says so", async (action) => {
  const quiet = await host.run("c", "@@good report@@", { action });
  expect(quiet).toMatchObject({ state: "completed", result: "report" });
  expect((await host.given("c", "args")).at(-1)).toContain("--disallowedTools Edit,Write,NotebookEdit");
  const run = await host.run("c", "@@echo x >made-by-it; good report@@", { action });
  expect(run).toMatchObject({
    state: "failed",
    detail: "the run was to change nothing, but files changed in the clone",
  });
  await host.inside("c", "rm made-by-it");
  const tagged = await host.run("c", "@@git tag sly; good report@@", { action });
  expect(tagged.detail).toContain("a branch or tag changed");
  await host.inside("c", "git tag -d sly");
});

/** Git in the clone of c as the host's user: in a container whose user is root, commits belong to root. */
const asRoot = async (...args: string[]): Promise<string> =>
  await host.shop.git(host.clone("c"), "-c", "safe.directory=*", ...args);

test("--commit auto commits what is left, without the repository's hooks, and the patch has it", async () => {
  await host.inside(
    "c",
    "mkdir -p .git/hooks; printf '#!/bin/sh\\ntouch hook-ran\\nexit 1\\n' >.git/hooks/pre-commit; chmod +x .git/hooks/pre-commit",
  );
  const run = await host.run("c", "@@echo new >left; good@@", { commit: "auto" });
  expect(run.state).toBe("completed");
  expect(run.commit).toBe(await asRoot("rev-parse", "HEAD"));
  const message = await asRoot("log", "-1", "--format=%an <%ae>%n%B");
  expect(message).toContain("Ada <ada@example.org>");
  expect(message).toContain(`Cowork-Run: c:${run.n}\n`);
  expect(await host.inside("c", "ls")).not.toContain("hook-ran");
  expect(await host.file(run, "diff.patch")).toContain("+new");
  const again = await host.run("c", "@@good@@", { commit: "auto" });
  expect(again.commit).toBeUndefined();
});

test("a run starts in the folder that was asked for; one that does not exist fails it", async () => {
  await host.inside("c", "mkdir -p sub");
  const run = await host.run("c", "@@good $(basename $PWD)@@", { path: "sub" });
  expect(run).toMatchObject({ state: "completed", result: "sub" });
  const missing = await host.run("c", "@@good@@", { path: "nowhere" });
  expect(missing).toMatchObject({ state: "failed" });
  expect(missing.detail).toContain("nowhere does not exist");
});

test("live files stay in the session's events folder, and the process ids there are of this run", async () => {
  const run = await host.run("a", "@@good@@");
  const folder = liveFolder(host.ctx, run.sessionId, run.n);
  expect(readFileSync(join(folder, "exit"), "utf8")).toBe("0\n");
  expect(readFileSync(join(folder, "pid"), "utf8")).toMatch(/^\d+ \d+\n$/);
});
