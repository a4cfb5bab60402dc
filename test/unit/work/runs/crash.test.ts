import { existsSync } from "node:fs";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RunView } from "../../../../src/contract/work/run.ts";
import { CoworkError } from "../../../../src/errors.ts";
import { startSessions } from "../../../../src/session/lifecycle/start.ts";
import { stopSessions } from "../../../../src/session/lifecycle/stop.ts";
import { saveRun, startRun } from "../../../../src/session/work/runs.ts";
import { isHeld } from "../../../../src/system/locks.ts";
import { activeRun, newestRun, readRun, readRunFile, writeRun } from "../../../../src/work/runs/run-files.ts";
import { readPid } from "../../../../src/work/runs/output/live-files.ts";
import { readHistoryLines } from "../../../support/runs/history-lines.ts";
import { randomKills } from "../../../support/runs/random-kills.ts";
import { runHost, type RunHost } from "../../../support/runs/run-host.ts";
import { until } from "../../../support/runs/until.ts";

let host: RunHost;
beforeAll(async () => {
  host = await runHost();
  await host.init("a", "b");
});
afterAll(async () => await host.end());
beforeEach(() => {
  host.onExec = () => undefined;
  host.onCall = () => undefined;
});

const now = (run: RunView): RunView | undefined => readRun(host.ctx, run.sessionId, run.n);

/** Supervises a run until it is in a state, and then ends the supervisor as a kill does: nothing of it is written. */
async function killedWhen(run: RunView, isDue: () => boolean): Promise<void> {
  const killed = new AbortController();
  const done = host.supervise(run, { ctx: { ...host.ctx, signal: killed.signal } });
  done.catch(() => undefined);
  await until(isDue);
  killed.abort(new CoworkError("INTERRUPTED", "killed"));
  await expect(done).rejects.toMatchObject({ code: "INTERRUPTED" });
}

function isAlive(run: RunView): boolean {
  const found = readPid(host.ctx, run.sessionId, run.n);
  return found !== undefined && existsSync(`/proc/${found.pid}`);
}

test("a run whose process was killed is stopped by a crash; another run ends its agent and continues the conversation", async () => {
  const run = await host.create("a", host.wanted("@@say working@@"));
  await killedWhen(run, () => now(run)?.state === "running");
  expect(readRunFile(host.ctx, run.sessionId, run.n)?.state).toBe("running");
  expect(now(run)).toMatchObject({ state: "stopped", reason: "crash" });
  expect(newestRun(host.ctx, run.sessionId)).toMatchObject({ state: "stopped" });
  expect(await activeRun(host.ctx, run.sessionId)).toBeUndefined();
  expect(isAlive(run)).toBe(true);

  const next = await host.create("a", host.wanted("@@good continued@@", { resume: "last" }));
  expect(readRunFile(host.ctx, run.sessionId, run.n)).toMatchObject({ state: "stopped", reason: "crash" });
  expect(next).toMatchObject({ resumes: run.n, conversation: run.conversation });
  const ended = await host.supervise(next);
  expect(ended).toMatchObject({ state: "completed", result: "continued" });
  expect(isAlive(run)).toBe(false);
  expect((await host.given("a", "args")).at(-1)).toContain(`--resume ${String(run.conversation)}`);
  const ends = readHistoryLines(host.ctx, run.sessionId).filter(
    ({ type, data }) => type === "run.ended" && data["run"] === run.id,
  );
  expect(ends).toMatchObject([{ data: { reason: "crash" } }]);
});

test("a run is in a legal state after random kills and errors, and the next one continues it", async () => {
  expect(await randomKills(host, "b", 6, 7)).toEqual([]);
});

test("a run whose process never lived counts as starting for a while, and then as stopped by a crash", async () => {
  const run = await host.create("b", host.wanted("@@good@@"));
  expect(now(run)?.state).toBe("created");
  const later = new Date(Date.now() - 3600_000).toISOString();
  await writeRun(host.ctx, { ...run, createdAt: later });
  expect(now(run)).toMatchObject({ state: "stopped", reason: "crash" });
});

test("a supervised run is not supervised again", async () => {
  const run = await host.run("b", "@@good once@@");
  const before = (await host.given("b", "lines")).length;
  expect(await host.supervise(run)).toEqual(run);
  expect((await host.given("b", "lines")).length).toBe(before);
});

test("a killed member of the queue does not hold up the others", async () => {
  const first = await host.create("a", host.wanted("@@say working@@", { runs: 1 }));
  await killedWhen(first, () => now(first)?.state === "running");
  // As after a kill -9: the file stays in the queue.
  const queue = join(host.ctx.paths.stateRoot, ".runs");
  await writeFile(join(queue, "000000001-app-a"), "");
  expect(await host.run("b", "@@good@@", { runs: 1 })).toMatchObject({ state: "completed" });
  expect((await readdir(queue)).filter((name) => name.endsWith("app-b"))).toEqual([]);
});

test.each([
  ["the start of the agent", "agent-run"],
  ["the prompt", "exec cat"],
])("an error of the engine at %s fails the run, and leaves nothing running", async (_, part) => {
  host.onExec = (script) => {
    if (script.includes(part)) throw new CoworkError("ENGINE_FAILED", "the engine says no");
  };
  const run = await host.run("b", "@@good@@");
  expect(run.state).toBe("failed");
  host.onExec = () => undefined;
  const next = await host.run("b", "@@good@@");
  expect(next.state).toBe("completed");
  expect(isAlive(run)).toBe(false);
});

test("an engine that does not answer for a while does not end a run", async () => {
  let refused = 0;
  host.onExec = (script) => {
    if (script.includes('kill "$p"') && (refused += 1) < 3) throw new CoworkError("ENGINE_UNREACHABLE", "no answer");
  };
  expect(await host.run("b", "@@good fine@@")).toMatchObject({ state: "completed", result: "fine" });
  expect(refused).toBe(3);
});

test("a container that stops ends the run by a crash", async () => {
  const run = await host.create("b", host.wanted("@@say working@@"));
  const done = host.supervise(run);
  await until(() => now(run)?.state === "running");
  const [container] = host.containers("b");
  if (container === undefined) throw new Error("no container");
  container.state = "exited";
  expect(await done).toMatchObject({ state: "stopped", reason: "crash" });
  await startSessions(host.ctx, host.select("b"), { settings: host.settings });
});

test("a container that stops while a person is asked ends the run, too", async () => {
  const uuid = "0f2c8a1e-0000-4000-8000-000000000001";
  const run = await host.create("b", host.wanted("@@say working@@"));
  const request = {
    session_id: run.conversation,
    hook_event_name: "PermissionRequest",
    cwd: "/w",
    tool_name: "Bash",
    tool_input: { command: "make" },
  };
  const done = host.supervise(run);
  await until(() => now(run)?.state === "running");
  const asks = join(host.ctx.paths.events(run.sessionId), "asks");
  await mkdir(asks, { recursive: true });
  await writeFile(join(asks, uuid), JSON.stringify(request));
  await until(() => now(run)?.state === "waiting");
  expect(now(run)?.detail).toBe("Bash: make");
  const worked = now(run)?.workedMs;
  await host.ctx.clock.sleep(300);
  expect(now(run)?.workedMs).toBe(worked);
  const [container] = host.containers("b");
  if (container === undefined) throw new Error("no container");
  container.state = "exited";
  expect(await done).toMatchObject({ state: "stopped", reason: "crash" });
  await startSessions(host.ctx, host.select("b"), { settings: host.settings });
});

test("the supervisor of a removed session brings nothing of it back", async () => {
  await host.init("brief");
  const run = await host.create("brief", host.wanted("@@say working@@"));
  const done = host.supervise(run);
  await until(() => readHistoryLines(host.ctx, run.sessionId).some(({ type }) => type === "run.started"));
  // The lock of the history is free again.
  await until(() => !isHeld(host.ctx, `history-${run.sessionId}`));
  await rename(host.ctx.paths.state(run.sessionId), host.ctx.paths.state("removed"));
  await done.catch(() => undefined);
  expect(existsSync(host.ctx.paths.state(run.sessionId))).toBe(false);
});

test("stop and clean name an active run and refuse without an answer; with force the run ends first", async () => {
  const run = await host.create("b", host.wanted("@@say working@@"));
  const done = host.supervise(run);
  await until(() => now(run)?.state === "running");
  const asked: string[] = [];
  const ctx = {
    ...host.ctx,
    ask: (question: { kind: string }) => (asked.push(JSON.stringify(question)), Promise.resolve(null)),
  };
  const [refused] = await stopSessions(ctx, host.select("b"), { concurrency: 1 });
  expect(refused).toMatchObject({ ok: false, error: { code: "RUN_ACTIVE" } });
  expect(refused?.error?.message).toContain(`Run ${run.id} is active in b`);
  expect(asked.join()).toContain("Stopping the session ends it");
  expect(await host.clean("b", {}, ctx)).toMatchObject({ ok: false, error: { code: "RUN_ACTIVE" } });
  expect(now(run)?.state).toBe("running");
  const [stopped] = await stopSessions(ctx, host.select("b"), { concurrency: 1, force: true });
  expect(stopped?.ok).toBe(true);
  expect(await done).toMatchObject({ state: "stopped", reason: "user" });
});

test("a run starts a stopped session", async () => {
  expect(host.states("b")).toContain("main=exited");
  expect(await host.run("b", "@@good@@")).toMatchObject({ state: "completed" });
  expect(host.states("b")).toContain("main=running");
});

test("clean keeps runs and history in the archive", async () => {
  await host.init("gone");
  const run = await host.run("gone", "@@good@@");
  expect(await host.clean("gone")).toMatchObject({ ok: true, unsaved: [] });
  const [folder = ""] = await readdir(host.ctx.paths.archive);
  const kept = await readdir(join(host.ctx.paths.archive, folder));
  expect(kept).toEqual(expect.arrayContaining(["journal.jsonl", "runs"]));
  expect(await readdir(join(host.ctx.paths.archive, folder, "runs", String(run.n)))).toContain("result.json");
});

test("a run is refused before anything is created while another one is active, and without a login", async () => {
  const wanted = host.wanted("do");
  await expect(startRun(host.ctx, { ...host.select("a"), names: ["a"] }, wanted)).rejects.toMatchObject({
    code: "NOT_LOGGED_IN",
  });
  const count = (await readdir(host.ctx.paths.runs("app-a"))).length;
  const run = await host.create("a", wanted);
  await expect(host.create("a", wanted)).rejects.toMatchObject({
    code: "RUN_ACTIVE",
    hint: expect.stringContaining("cowork send a") as string,
  });
  expect(await readdir(host.ctx.paths.runs("app-a"))).toHaveLength(count + 1);
  await host.supervise(run, { times: { graceMs: 1 } });
});

test("the files of a run come as a tar stream, also while it runs", async () => {
  const run = await host.create("a", host.wanted("@@echo x >made; say working@@"));
  const killed = new AbortController();
  const done = host.supervise(run, { ctx: { ...host.ctx, signal: killed.signal } });
  done.catch(() => undefined);
  await until(() => now(run)?.state === "running");
  await until(async () => (await host.file(run, "output.jsonl").catch(() => "")).includes("working"));
  const chunks: Buffer[] = [];
  const out = new Writable({ write: (chunk: Buffer, _, next) => (chunks.push(chunk), next()) });
  await saveRun(host.ctx, { ...host.select("a"), names: ["a"] }, run.n, out);
  const { extract } = await import("tar-stream");
  const names: string[] = [];
  const tar = extract();
  tar.on("entry", ({ name }, stream, next) => {
    names.push(name);
    stream.on("end", next).resume();
  });
  tar.end(Buffer.concat(chunks));
  await new Promise<void>((resolve) => tar.on("finish", () => resolve()));
  expect(names).toEqual(["prompt.md", "transcript.md", "transcript.jsonl", "diff.patch", "result.json"]);
  expect(Buffer.concat(chunks).toString()).toContain("+x");
  killed.abort(new CoworkError("INTERRUPTED", "killed"));
  await done.catch(() => undefined);
});
