import { describe, expect, test } from "vitest";
import type { AgentProgram, AgentSignal } from "../../../../src/agent/at-work.ts";
import { decideState, type Observed } from "../../../../src/work/state/decide-state.ts";

const start = Date.parse("2026-03-01T12:00:00.000Z");
const at = (seconds: number): number => start + seconds * 1000;
const time = (seconds: number): string => new Date(at(seconds)).toISOString();

function seen(change: Partial<Observed> = {}): Observed {
  const container = { running: true, startedAt: start };
  return { now: at(100), createdAt: at(-60), container, programs: [], approvals: 0, ...change };
}

function reported(seconds: number, signal: AgentSignal): NonNullable<Observed["last"]> {
  return { at: at(seconds), signal: { conversation: "one", ...signal } };
}

function program(status: AgentProgram["status"], seconds: number, more: Partial<Observed["programs"][number]> = {}) {
  const base = { pid: 12, startTicks: "75966", conversation: "one", interactive: true, gone: false };
  return { ...base, status, at: at(seconds), ...more };
}

const tool: AgentSignal = { state: "working", tool: "Bash", detail: "Bash: make" };
const question: AgentSignal = { state: "waiting", for: "approval", tool: "Bash", detail: "Bash: make" };
const limit: AgentSignal = { state: "waiting", for: "limit", until: time(3600), detail: "You've hit your limit" };
const run = { state: "running", createdAt: time(20), startedAt: time(21), conversation: "one" } as const;

describe("none", () => {
  test("no container", () => {
    const { container: _, ...rest } = seen();
    expect(decideState(rest)).toEqual({ state: "none", since: time(-60) });
  });
  test("a container in which no agent ran", () => {
    expect(decideState(seen())).toEqual({ state: "none", since: time(0) });
    expect(decideState(seen({ container: { running: true, startedAt: 0 } }))).toEqual({
      state: "none",
      since: time(-60),
    });
  });
});

describe("starting", () => {
  test("a program that has not reported anything yet", () => {
    expect(decideState(seen({ now: at(12), programs: [program("idle", 10)] }))).toEqual({
      state: "starting",
      since: time(10),
    });
  });
  test("a start without a terminal, until the prompt is taken", () => {
    const programs = [program("idle", 9, { interactive: false })];
    expect(decideState(seen({ last: reported(10, { state: "starting" }), programs }))).toEqual({
      state: "starting",
      since: time(10),
    });
  });
  test("a start on a terminal is idle: it waits for a prompt", () => {
    const found = decideState(seen({ last: reported(10, { state: "starting" }), programs: [program("idle", 9)] }));
    expect(found).toEqual({ state: "idle", since: time(10) });
  });
  test.each([
    [
      { ...run, state: "created", detail: "2nd in the queue" },
      { state: "starting", since: time(20), detail: "2nd in the queue" },
    ],
    [run, { state: "starting", since: time(21) }],
  ] as const)("a run whose agent has not reported anything: %j", (one, expected) => {
    expect(decideState(seen({ run: one }))).toEqual(expected);
    const before = reported(5, { state: "ended", conversation: "other" });
    expect(decideState(seen({ run: one, last: before }))).toEqual(expected);
  });
});

describe("working", () => {
  test("what the hook said, since the turn began", () => {
    const found = decideState(seen({ last: reported(30, tool), programs: [program("busy", 10)] }));
    expect(found).toEqual({ state: "working", since: time(10), detail: "Bash: make" });
  });
  test("a prompt is newer than the program's file", () => {
    const last = reported(30, { state: "working" });
    expect(decideState(seen({ last, programs: [program("idle", 20)] }))).toEqual({ state: "working", since: time(30) });
  });
  test("a person allowed the tool on the terminal: no hook fires until it ends", () => {
    const found = decideState(seen({ last: reported(30, question), programs: [program("busy", 40)] }));
    expect(found).toEqual({ state: "working", since: time(40), detail: "Bash: make" });
  });
  test("a subagent's request was answered on the host; a new one may not be there yet", () => {
    const last = reported(30, { ...question, subagent: "a1" });
    const checked = { last, programs: [program("busy", 10)], checked: { strangers: false } };
    expect(decideState(seen(checked))).toMatchObject({ state: "working" });
    expect(decideState(seen({ ...checked, now: at(31) }))).toMatchObject({ state: "waiting" });
    expect(decideState(seen({ ...checked, approvals: 1 }))).toMatchObject({ state: "waiting" });
  });
  test.each([{ state: "idle" }, { state: "failed" }, limit] as const)("goes on by itself after %j", (signal) => {
    expect(decideState(seen({ last: reported(30, signal), programs: [program("busy", 40)] }))).toEqual({
      state: "working",
      since: time(40),
    });
  });
  test("without a file of the program the report counts", () => {
    expect(decideState(seen({ last: reported(30, tool) }))).toEqual({
      state: "working",
      since: time(30),
      detail: "Bash: make",
    });
    const checked = { strangers: true };
    expect(decideState(seen({ last: reported(30, tool), checked })).state).toBe("working");
  });
});

describe("waiting", () => {
  test.each(["approval", "answer", "plan"] as const)("for %s", (reason) => {
    const last = reported(30, { ...question, for: reason });
    const expected = { state: "waiting", for: reason, since: time(30), detail: "Bash: make" };
    // Before the dialog, with it, and while a hook holds a subagent's request.
    expect(decideState(seen({ last, programs: [program("idle", 20)] }))).toEqual(expected);
    expect(
      decideState(seen({ last, programs: [program("waiting", 31, { waitingFor: "permission prompt" })] })),
    ).toEqual(expected);
    expect(decideState(seen({ last, programs: [program("busy", 20)] }))).toEqual(expected);
    expect(decideState(seen({ last }))).toEqual(expected);
  });
  test("on the terminal, while subagents report something else", () => {
    const last = reported(50, { ...tool, subagent: "a1" });
    const ask = program("waiting", 31, { waitingFor: "permission prompt" });
    expect(decideState(seen({ last, programs: [ask] }))).toEqual({
      state: "waiting",
      for: "approval",
      since: time(31),
    });
    const choice = program("waiting", 31, { waitingFor: "input needed" });
    expect(decideState(seen({ last, programs: [choice] }))).toMatchObject({ for: "answer" });
  });
  test("a subagent's open request that other reports hide is found by a check", () => {
    const hidden = { last: reported(50, tool), programs: [program("busy", 10)], approvals: 1 };
    expect(decideState(seen(hidden)).state).toBe("working");
    expect(decideState(seen({ ...hidden, checked: { strangers: false } }))).toEqual({
      state: "waiting",
      for: "approval",
      since: time(50),
    });
  });
  test("for the end of a usage limit, in a terminal", () => {
    const found = decideState(seen({ last: reported(30, limit), programs: [program("idle", 31)] }));
    expect(found).toEqual({
      state: "waiting",
      for: "limit",
      until: time(3600),
      since: time(30),
      detail: "You've hit your limit",
    });
  });
  test("for the end of a usage limit, when the run's program ended", () => {
    const waits = { ...run, state: "waiting", until: time(3600), detail: "usage limit" } as const;
    const found = decideState(seen({ last: reported(30, { state: "ended" }), run: waits }));
    expect(found).toEqual({
      state: "waiting",
      for: "limit",
      until: time(3600),
      since: time(30),
      detail: "usage limit",
    });
  });
  test("one of several programs waits", () => {
    const programs = [
      program("busy", 30),
      program("waiting", 20, { pid: 13, conversation: "two", waitingFor: "permission prompt" }),
    ];
    expect(decideState(seen({ last: reported(40, tool), programs }))).toMatchObject({
      state: "waiting",
      since: time(20),
    });
  });
});

describe("idle", () => {
  test("the turn ended", () => {
    expect(decideState(seen({ last: reported(30, { state: "idle" }), programs: [program("idle", 31)] }))).toEqual({
      state: "idle",
      since: time(30),
    });
    expect(decideState(seen({ last: reported(30, { state: "idle" }), programs: [program("busy", 10)] })).state).toBe(
      "idle",
    );
  });
  test.each([tool, question, { state: "working" }] as const)("interrupted: no hook fires after %j", (signal) => {
    const found = decideState(seen({ last: reported(30, signal), programs: [program("idle", 35)] }));
    expect(found).toEqual({ state: "idle", since: time(35), detail: "interrupted" });
  });
  test("another terminal goes on after one conversation ended", () => {
    const last = reported(30, { state: "ended" });
    const programs = [program("idle", 20, { conversation: "two" })];
    expect(decideState(seen({ last, programs }))).toEqual({ state: "idle", since: time(20) });
  });
  test("a report that tells no state leaves it to the program", () => {
    expect(decideState(seen({ last: { at: at(30) }, programs: [program("idle", 20)] }))).toEqual({
      state: "idle",
      since: time(20),
    });
  });
});

describe("failed", () => {
  test("an error ended the turn", () => {
    const last = reported(30, { state: "failed", detail: "API Error: 529" });
    expect(decideState(seen({ last, programs: [program("idle", 31)] }))).toEqual({
      state: "failed",
      since: time(30),
      detail: "API Error: 529",
    });
  });
  test("a run failed, and its program ended", () => {
    const failed = { ...run, state: "failed", detail: "not logged in", endedAt: time(32) } as const;
    const found = decideState(seen({ last: reported(30, { state: "ended" }), run: failed }));
    expect(found).toEqual({ state: "failed", since: time(32), detail: "not logged in" });
    const other = decideState(seen({ last: reported(40, { state: "ended", conversation: "two" }), run: failed }));
    expect(other.state).toBe("ended");
  });
});

describe("ended", () => {
  test("said so", () => {
    expect(decideState(seen({ last: reported(30, { state: "ended" }) }))).toEqual({ state: "ended", since: time(30) });
    expect(decideState(seen({ last: reported(30, { state: "ended" }), programs: [program("busy", 20)] })).state).toBe(
      "ended",
    );
  });
  test.each([tool, question, { state: "idle" }] as const)(
    "killed after %j: its file stays, its process is gone",
    (signal) => {
      const programs = [program("busy", 20, { gone: true })];
      const expected = { state: "ended", since: time(30), detail: "killed" };
      expect(decideState(seen({ last: reported(30, signal), programs }))).toEqual(expected);
      expect(decideState(seen({ last: reported(30, signal), checked: { strangers: false } }))).toEqual(expected);
    },
  );
  test("the container was stopped", () => {
    const container = { running: false, startedAt: start };
    expect(decideState(seen({ container, last: reported(30, tool) }))).toEqual({
      state: "ended",
      since: time(30),
      detail: "killed",
    });
    expect(decideState(seen({ container, last: reported(30, { state: "ended" }) }))).toEqual({
      state: "ended",
      since: time(30),
    });
  });
  test("before the container was started again", () => {
    expect(decideState(seen({ last: reported(-10, { state: "ended" }) }))).toEqual({
      state: "ended",
      since: time(-10),
    });
  });
  test("a run that is active does not hide that its agent was killed", () => {
    const programs = [program("busy", 20, { gone: true })];
    expect(decideState(seen({ last: reported(30, tool), programs, run })).detail).toBe("killed");
  });
});

test("tasks are those of an agent that is there", () => {
  const tasks = { done: 1, total: 3 };
  expect(decideState(seen({ last: reported(30, tool), tasks })).tasks).toEqual(tasks);
  expect(decideState(seen({ last: reported(30, { state: "ended" }), tasks }))).not.toHaveProperty("tasks");
  expect(decideState(seen({ last: reported(-10, tool), tasks }))).not.toHaveProperty("tasks");
});

describe("unknown", () => {
  test("stale: the last report is older than the container's start", () => {
    const expected = { state: "unknown", since: time(0), detail: "stale" };
    expect(decideState(seen({ last: reported(-10, tool) }))).toEqual(expected);
    expect(decideState(seen({ last: reported(-10, tool), programs: [program("busy", -20)] }))).toEqual(expected);
  });
  test("no hooks: an agent runs, and nothing is reported", () => {
    expect(decideState(seen({ programs: [program("busy", 10)] }))).toEqual({
      state: "unknown",
      since: time(10),
      detail: "no reports",
    });
  });
});

describe("commands in the background", () => {
  const resting: AgentSignal = { state: "idle", detail: "a command runs in the background" };
  const last = reported(30, resting);
  test("a run waits for them, so it works", () => {
    expect(decideState(seen({ last, run }))).toMatchObject({ state: "working", detail: resting.detail });
  });
  test("on a terminal the agent is idle: it may be a server that never ends", () => {
    expect(decideState(seen({ last, programs: [program("idle", 30)] }))).toMatchObject(resting);
    const other = { ...run, conversation: "two" };
    expect(decideState(seen({ last, programs: [program("idle", 30)], run: other }))).toMatchObject(resting);
  });
  test("a run that was interrupted does not", () => {
    const programs = [program("idle", 40)];
    expect(decideState(seen({ last: reported(30, tool), programs, run }))).toMatchObject({ state: "idle" });
  });
});
