import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SessionEvent } from "../../../src/contract/work/history.ts";
import type { SessionWork } from "../../../src/contract/work/calls.ts";
import { CoworkError } from "../../../src/errors.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import type { FakeCaller } from "../../support/fakes/fake-caller.ts";
import { runView } from "../../support/fakes/run-view.ts";
import { runCommandLine as run } from "../../support/home/run-command-line.ts";

const conf = "SESSIONS=a\n";

function event(change: Partial<SessionEvent> = {}): SessionEvent {
  return {
    id: "local:a:1",
    n: 1,
    at: "2026-03-01T12:00:00.000Z",
    source: "agent",
    type: "agent.tool",
    data: { detail: "Bash: make\u001b[31m test", tool: "Bash" },
    host: "local",
    project: "app",
    session: "a",
    sessionId: "app-a",
    ...change,
  };
}

const events = (...all: SessionEvent[]): Partial<SessionHost> => ({
  events: async () => ({ events: all, cursors: { "app-a": all.length }, more: false }),
});

function works(change: Partial<SessionWork>): Partial<SessionHost> {
  const agentState = { state: "ended", since: "2026-03-01T12:00:00.000Z" } as const;
  const work: SessionWork = { sessionId: "app-a", name: "a", project: "app", agentState, approvals: 0, ...change };
  return { work: async () => [work] };
}

describe("events", () => {
  test("one line each, cut to the terminal, without what controls it", async () => {
    const more = event({ n: 2, type: "some.new", data: { by: "ada", nested: { x: 1 } } });
    const { code, stdout } = await run("events", {
      conf,
      answers: events(event(), more),
      columns: 60,
      env: { NO_COLOR: "1" },
    });
    expect(code).toBe(0);
    const [first = "", second = ""] = stdout.split("\n");
    expect(first).toMatch(/^2026-03-01 \d\d:00:00 {2}a +agent uses: Bash: make/);
    expect(first.length).toBeLessThanOrEqual(60);
    expect(stdout).not.toContain("\u001b");
    expect(second).toContain("some.new: by=ada");
  });

  test("--json is one event a line", async () => {
    const { stdout, stderr } = await run("events --json --type agent", {
      conf,
      answers: events(event(), event({ n: 2 })),
    });
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as SessionEvent).n),
    ).toEqual([1, 2]);
    expect(stderr).toBe("");
  });

  test("following ends without an error when the reader of the output has ended", async () => {
    let caller: FakeCaller | undefined;
    const closed = Object.assign(new Error("closed"), { code: "EPIPE" });
    const answers: Partial<SessionHost> = {
      events: async () => {
        caller?.streams.stdout.emit("error", closed);
        return { events: [], cursors: {}, more: false };
      },
    };
    const { code, stderr } = await run("events -f --json", { conf, answers, onCaller: (one) => void (caller = one) });
    expect([code, stderr]).toEqual([0, ""]);
  });

  test("a time that is none is refused", async () => {
    const { code, stderr, calls } = await run("events --since never", { conf, answers: events() });
    expect([code, calls]).toEqual([2, []]);
    expect(stderr).toContain("Next: cowork events --since 10m");
  });
});

describe("wait", () => {
  test("prints how it ended; a failed run is exit code 6", async () => {
    const done = await run("wait a", { conf, answers: works({ run: runView({ state: "completed" }) }) });
    expect([done.code, done.stdout]).toEqual([0, "✔ a  a:1 completed; agent ended\n"]);
    const failed = await run("wait a --json", {
      conf,
      answers: works({ run: runView({ state: "stopped", reason: "budget" }) }),
    });
    expect(failed.code).toBe(6);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      sessions: [{ name: "a", host: "local", reached: true, run: { reason: "budget" } }],
      error: { code: "RUN_FAILED" },
    });
  });

  test("a time-out is exit code 7, with the sessions as they are", async () => {
    const answers = works({ run: runView({ state: "running" }) });
    const { code, stdout } = await run("wait a --timeout 1s --json", { conf, answers });
    expect([code, JSON.parse(stdout)]).toMatchObject([
      7,
      { sessions: [{ reached: false }], error: { code: "WAIT_TIMEOUT" } },
    ]);
  });

  test("waiting means that a person is needed", async () => {
    const { code, stdout } = await run("wait a --for waiting", { conf, answers: works({ approvals: 2 }) });
    expect([code, stdout]).toEqual([0, "✔ a  agent ended; 2 approvals open\n"]);
  });

  test.each(["wait a --for ever", "wait a --timeout soon"])("cowork %s is refused", async (line) => {
    const { code, calls } = await run(line, { conf, answers: works({}) });
    expect([code, calls]).toEqual([2, []]);
  });
});

describe("send and interrupt", () => {
  test("says how the text was delivered", async () => {
    const answers: Partial<SessionHost> = { send: async () => ({ how: "run", run: runView() }) };
    const sent = await run(["send", "a", "and the docs"], { conf, answers });
    expect([sent.code, sent.stdout]).toEqual([0, "Sent to the active run a:1.\n"]);
    expect(sent.calls[0]).toMatchObject(["send", { names: ["a"] }, { text: "and the docs", settings: { budget: 25 } }]);
    const resumed: Partial<SessionHost> = { send: async () => ({ how: "resumed", run: runView({ id: "a:2" }) }) };
    const { stdout } = await run(["send", "a", "more"], { conf, answers: resumed });
    expect(stdout).toContain("a:2 continues its conversation");
    const json = await run(["send", "a", "more", "--json"], { conf, answers: resumed });
    expect(JSON.parse(json.stdout)).toMatchObject({ session: "a", how: "resumed", run: { id: "a:2" } });
  });

  test("the text comes from a file or from stdin, too", async () => {
    const answers: Partial<SessionHost> = { send: async () => ({ how: "run" }) };
    const stdin = await run("send a -F -", { conf, answers, input: "from stdin\n" });
    expect(stdin.calls[0]?.[2]).toMatchObject({ text: "from stdin\n" });
    const prepare = async ({ root }: { root: string }): Promise<void> =>
      await writeFile(join(root, "T.md"), "from a file");
    const file = await run("send a -F T.md", { conf, answers, prepare });
    expect(file.calls[0]?.[2]).toMatchObject({ text: "from a file" });
  });

  test("several words and no text at all are refused", async () => {
    const many = await run("send a add tests too", { conf });
    expect([many.code, many.calls]).toEqual([2, []]);
    expect(many.stderr).toContain("cowork send a 'add tests too'");
    expect((await run("send a", { conf })).code).toBe(2);
    expect((await run(["send", "a", "  "], { conf })).code).toBe(2);
  });

  test("an open question is named, with how to answer it", async () => {
    const busy = new CoworkError("AGENT_BUSY", "The agent in a waits for an answer.", { hint: "cowork approvals" });
    const answers: Partial<SessionHost> = { send: async () => await Promise.reject(busy) };
    const { code, stderr } = await run(["send", "a", "x"], { conf, answers });
    expect(code).toBe(1);
    expect(stderr).toContain("Next: cowork approvals");
  });

  test("interrupt says what it did", async () => {
    const how = async (word: string): Promise<string> =>
      (await run("interrupt a", { conf, answers: { interrupt: async () => ({ how: word }) } })).stdout;
    expect([await how("run"), await how("nothing")]).toEqual(["Interrupted the run in a.\n", "Nothing runs in a.\n"]);
  });
});

describe("logs", () => {
  const answers: Partial<SessionHost> = { logs: async (_selector, _options, out) => void out.write("text\n") };

  test("of a session, of a run, of the start", async () => {
    const { stdout, calls } = await run("logs a -f", { conf, answers });
    expect([stdout, calls[0]?.slice(1, 3)]).toMatchObject(["text\n", [{ names: ["a"] }, { follow: true }]]);
    expect((await run("logs a:3", { conf, answers })).calls[0]?.[2]).toEqual({ follow: false, show: { run: 3 } });
    expect((await run("logs a --setup", { conf, answers })).calls[0]?.[2]).toEqual({ follow: false, show: "setup" });
    expect((await run("logs a:3 --setup", { conf, answers })).code).toBe(2);
  });

  test("--json is one value with the end of the text", async () => {
    const { stdout } = await run("logs a --json", { conf, answers });
    expect(JSON.parse(stdout)).toEqual({ text: "text\n", truncated: false });
    const long: Partial<SessionHost> = {
      logs: async (_selector, _options, out) => {
        for (const word of ["first", "x".repeat(9e6), "y".repeat(9e6), "last"]) out.write(word);
      },
    };
    const { text, truncated } = JSON.parse((await run("logs a --json", { conf, answers: long })).stdout) as {
      text: string;
      truncated: boolean;
    };
    expect([text.startsWith("y"), text.endsWith("last"), truncated]).toEqual([true, true, true]);
    const endless = await run("logs a -f --json", { conf, answers });
    expect([endless.code, JSON.parse(endless.stdout)]).toMatchObject([2, { error: { code: "USAGE" } }]);
  });
});

test("pull --wait copies nothing when the run failed", async () => {
  const answers = works({ run: runView({ state: "failed", detail: "API error" }) });
  const { code, stderr, calls } = await run("pull a --wait", { conf, answers });
  expect([code, calls.map(([name]) => name)]).toEqual([6, ["work"]]);
  expect(stderr).toContain("API error");
});
