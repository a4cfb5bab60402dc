import { describe, expect, test } from "vitest";
import { waitForSessions } from "../../../../src/app/work/wait.ts";
import type { WaitWanted } from "../../../../src/app/work/wait-goal.ts";
import { hasReached } from "../../../../src/app/work/wait-goal.ts";
import type { AgentState } from "../../../../src/contract/work/agent-state.ts";
import type { SessionWork } from "../../../../src/contract/work/calls.ts";
import { CoworkError } from "../../../../src/errors.ts";
import type { SessionHost } from "../../../../src/session/session-host.ts";
import { runView } from "../../../support/fakes/run-view.ts";
import { workScope } from "../../../support/fakes/work-scope.ts";

const since = "2026-03-01T12:00:00.000Z";
const agent = (state: AgentState["state"], more: Partial<AgentState> = {}): AgentState => ({ state, since, ...more });

function work(name: string, change: Partial<SessionWork> = {}): SessionWork {
  return { sessionId: `app-${name}`, name, project: "app", agentState: agent("working"), approvals: 0, ...change };
}

const done = { agentState: agent("ended"), run: runView({ state: "completed" }) };
const running = { run: runView({ state: "running" }) };
const failed = { agentState: agent("ended"), run: runView({ state: "failed", detail: "API error" }) };
const away = new CoworkError("HOST_UNREACHABLE", "box is not in reach.");
const missing = new CoworkError("SESSION_NOT_FOUND", "no such session");

type Answer = SessionWork[] | Error;

/** A host whose answers follow each other; the last one stays. */
function host(...answers: Answer[]): Partial<SessionHost> & { checks: boolean[] } {
  const checks: boolean[] = [];
  return {
    checks,
    work: async ({ names }, { check }) => {
      checks.push(check);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer instanceof Error) throw answer;
      return (answer ?? []).filter(({ name }) => names === undefined || names.includes(name));
    },
  };
}

const wanted = (words: string[], change: Partial<WaitWanted> = {}): Parameters<typeof waitForSessions>[1] => ({
  words,
  all: false,
  goal: "done",
  any: false,
  timeoutMs: undefined,
  ...change,
});

describe("what is waited for", () => {
  test.each([
    [work("a", done), "done", true],
    [work("a", failed), "done", true],
    [work("a", running), "done", false],
    [work("a", { ...running, agentState: agent("idle") }), "done", false],
    [work("a", { agentState: agent("idle") }), "done", true],
    [work("a", { agentState: agent("ended", { detail: "killed" }) }), "done", true],
    [work("a", { agentState: agent("working") }), "done", false],
    [work("a", { agentState: agent("unknown", { detail: "stale" }) }), "done", true],
    [work("a", { agentState: agent("unknown", { detail: "no reports" }) }), "done", false],
    [work("a", { agentState: agent("idle"), run: runView({ state: "waiting" }) }), "idle", false],
    [work("a", { agentState: agent("working"), run: runView({ state: "completed" }) }), "idle", false],
    [work("a", { agentState: agent("idle") }), "idle", true],
    [work("a", { approvals: 1 }), "waiting", true],
    [work("a", { agentState: agent("waiting", { for: "plan" }) }), "waiting", true],
    [work("a", { agentState: agent("waiting", { for: "limit" }) }), "waiting", false],
    [work("a", { agentState: agent("idle") }), "waiting", false],
  ] as const)("%j, %s: %s", (session, goal, reached) => {
    expect(hasReached(session, goal)).toBe(reached);
  });
});

test("it waits for all sessions, and says once for which", async () => {
  const local = host(
    [work("a", running), work("b", done)],
    [work("a", running), work("b", done)],
    [work("a", done), work("b", done)],
  );
  const { scope } = await workScope("a b", { local });
  const names: (readonly string[])[] = [];
  const { sessions, error } = await waitForSessions(scope, wanted(["a", "b"]), (some) => void names.push(some));
  expect(sessions.map(({ name, host: on, reached }) => [name, on, reached])).toEqual([
    ["a", "local", true],
    ["b", "local", true],
  ]);
  expect([error, names]).toEqual([undefined, [["a", "b"]]]);
});

test("with any, the first one is enough", async () => {
  const { scope } = await workScope("a b", { local: host([work("a", running), work("b", done)]) });
  const { sessions, error } = await waitForSessions(scope, wanted(["a", "b"], { any: true }));
  expect([sessions.map(({ reached }) => reached), error]).toEqual([[false, true], undefined]);
});

test("a run that failed or was stopped is an error, after all have ended", async () => {
  const answers = [
    [work("a", failed), work("b", running)],
    [work("a", failed), work("b", done)],
  ];
  const { scope } = await workScope("a b", { local: host(...answers) });
  const { sessions, error } = await waitForSessions(scope, wanted(["a", "b"]));
  expect([error?.code, error?.exitCode, sessions[1]?.reached]).toEqual(["RUN_FAILED", 6, true]);
});

test("the time-out ends it, by the clock", async () => {
  const { scope, clock } = await workScope("a", { local: host([work("a", running)]) });
  const { sessions, error } = await waitForSessions(scope, wanted(["a"], { timeoutMs: 60_000 }));
  expect([error?.code, error?.exitCode, error?.message]).toEqual(["WAIT_TIMEOUT", 7, "a is not done in time."]);
  expect(sessions[0]?.reached).toBe(false);
  expect(clock.passed()).toBe(60_000);
});

test("processes are looked at every twenty seconds, not at every look", async () => {
  const local = host([work("a", running)]);
  const { scope } = await workScope("a", { local });
  await waitForSessions(scope, wanted(["a"], { timeoutMs: 70_000 }));
  expect(local.checks.filter(Boolean)).toHaveLength(4);
  expect(local.checks.length).toBeGreaterThan(60);
});

test("many sessions are looked at less often", async () => {
  const names = Array.from({ length: 50 }, (_, i) => `s${i}`);
  const local = host(names.map((name) => work(name, running)));
  const { scope } = await workScope(names.join(" "), { local });
  await waitForSessions(scope, wanted([], { timeoutMs: 60_000 }));
  expect(local.checks.length).toBeLessThan(25);
});

test("a session that is removed meanwhile ends the waiting, and is named", async () => {
  const local = host([work("a", running), work("b", running)], missing, [work("a", running)], missing);
  const { scope } = await workScope("a b", { local });
  const { sessions, error } = await waitForSessions(scope, wanted(["a", "b"]));
  expect([error?.code, error?.message]).toEqual(["SESSION_NOT_FOUND", "Session b does not exist any more."]);
  expect(sessions.map(({ name, reached }) => [name, reached])).toEqual([
    ["a", false],
    ["b", false],
  ]);
});

test("with any, the others are waited for when one is removed", async () => {
  const local = host([work("a", running), work("b", running)], missing, missing, [], [work("b", done)]);
  const { scope } = await workScope("a b", { local });
  const { sessions, error } = await waitForSessions(scope, wanted(["a", "b"], { any: true }));
  expect([error, sessions.filter(({ reached }) => reached).map(({ name }) => name)]).toEqual([undefined, ["b"]]);
});

test("a session that never existed is an error at once", async () => {
  const { scope } = await workScope("a", { local: host(missing) });
  await expect(waitForSessions(scope, wanted(["a"]))).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
});

test("a host that goes away and comes back: two notes, and the waiting goes on", async () => {
  const box = host([work("b", running)], away, away, away, [work("b", done)]);
  const { scope, notes } = await workScope("a b@box", { local: host([work("a", done)]), box });
  const { error } = await waitForSessions(scope, wanted(["a", "b"]));
  expect([error, notes]).toEqual([undefined, ["box is not in reach.", "box answers."]]);
});

test("a host that hangs is named, does not hold up the others, and does not prevent the time-out", async () => {
  const box: Partial<SessionHost> = { work: async () => await new Promise(() => undefined) };
  const { scope, notes } = await workScope("a b@box", { local: host([work("a", done)]), box });
  const any = await waitForSessions(scope, wanted(["a", "b"], { any: true }));
  expect(any.sessions.map(({ name }) => name)).toEqual(["a"]);
  notes.length = 0;
  const { error } = await waitForSessions(scope, wanted(["a", "b"], { timeoutMs: 20_000 }));
  expect([error?.code, notes]).toEqual(["WAIT_TIMEOUT", ["box does not answer yet."]]);
});

test("if the only host does not answer at first, its error is thrown", async () => {
  const { scope } = await workScope("b@box", { box: host(away) });
  await expect(waitForSessions(scope, wanted(["b"]))).rejects.toMatchObject({ code: "HOST_UNREACHABLE" });
});

test("a run that ends without a question ends the waiting for one", async () => {
  const { scope } = await workScope("a", { local: host([work("a", running)], [work("a", done)]) });
  const { error } = await waitForSessions(scope, wanted(["a"], { goal: "waiting" }));
  expect([error?.exitCode, error?.message]).toEqual([1, "Run a:1 ended without a question."]);
  const idle = host([work("a", { agentState: agent("idle") })]);
  const later = await workScope("a", { local: idle });
  const outcome = await waitForSessions(later.scope, wanted(["a"], { goal: "waiting", timeoutMs: 10_000 }));
  expect(outcome.error?.code).toBe("WAIT_TIMEOUT");
});

test("Ctrl-C ends it", async () => {
  const { scope, interrupt } = await workScope("a", { local: host([work("a", running)]) });
  await expect(waitForSessions(scope, wanted(["a"]), interrupt)).rejects.toMatchObject({
    code: "INTERRUPTED",
    exitCode: 130,
  });
});

test("a project without sessions has nothing to wait for", async () => {
  const { scope } = await workScope("", { local: host([]) });
  expect((await waitForSessions(scope, wanted([]))).error?.code).toBe("SESSION_NOT_FOUND");
});
