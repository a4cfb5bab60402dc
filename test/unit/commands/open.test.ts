import { describe, expect, test } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import { sessionView } from "../../support/fakes/fake-host.ts";
import { runView } from "../../support/fakes/run-view.ts";
import { runCommandLine, type CommandResult } from "../../support/home/run-command-line.ts";

const conf = "SESSIONS=a\n";
const login = { state: "ok" as const, detail: "logged in" };
const status = { agent: "claude" as const, login, readable: true, repaired: [], problems: [], threats: [] };

/** A host with session a. @param open whether the agent still has its window when the terminal leaves */
function host(change: Partial<SessionHost> = {}, { open = true } = {}): Partial<SessionHost> {
  return {
    authStatus: async () => status,
    list: async ({ names }) => {
      if (names?.[0] === "a") return [sessionView()];
      throw new CoworkError("SESSION_NOT_FOUND", "Session does not exist.");
    },
    init: async ({ sessions }) =>
      sessions.map(({ name }) => ({ name, ok: true, exitCode: 0, notes: [], session: sessionView({ name }) })),
    agentOpen: async () => ({ how: "launched" }),
    agentWindow: async () => ({ open }),
    connect: async () => 0,
    clean: async () => [{ name: "a", ok: true, exitCode: 0, notes: [], unsaved: [], removed: [] }],
    ...change,
  };
}

const run = async (line: string[], answers = host(), setting: object = {}): Promise<CommandResult> =>
  await runCommandLine(line, { answers, conf, columns: 80, ...setting });
const names = ({ calls }: CommandResult): string[] => calls.map(([name]) => name);
const argsOf = ({ calls }: CommandResult, name: string): unknown[] =>
  calls.find(([one]) => one === name)?.slice(1) ?? [];

test("the agent is launched with the prompt, and its window is shown", async () => {
  const result = await run(["open", "a", "--", "fix", "the tests"]);
  expect(result.code).toBe(0);
  expect(argsOf(result, "agentOpen")[1]).toMatchObject({ prompt: "fix the tests" });
  expect(argsOf(result, "connect")[0]).toMatchObject({ window: "agent", tmux: true, selector: { names: ["a"] } });
  expect(names(result)).not.toContain("init");
  expect(result.stderr).toContain("The agent in a goes on.");
});

test("a session that does not exist is created, without a name with a free one", async () => {
  const named = await run(["open", "b", "--from", "main"]);
  expect(argsOf(named, "init")[0]).toMatchObject({ sessions: [{ name: "b" }] });
  const free = await run(["open"]);
  const [request] = argsOf(free, "init") as [{ sessions: { name: string }[] }];
  expect(request.sessions[0]?.name).toMatch(/^[a-z]+-[a-z]+$/);
  expect(free.stderr).toContain(`cowork open ${request.sessions[0]?.name}`);
});

test("a session that is stopped is started before its agent", async () => {
  const stopped = host({
    list: async () => [sessionView({ state: "stopped" })],
    start: async () => [{ name: "a", ok: true, exitCode: 0, notes: [] }],
  });
  const order = names(await run(["open", "a"], stopped)).filter((name) => ["start", "agentOpen"].includes(name));
  expect(order).toEqual(["start", "agentOpen"]);
});

test("an agent that runs gets the prompt sent, and nothing is shown if it does not take it", async () => {
  const running = { agentOpen: async () => ({ how: "running" as const }) };
  const sent = await run(["open", "a", "--", "more"], host({ ...running, send: async () => ({ how: "typed" }) }));
  expect(argsOf(sent, "send")[1]).toMatchObject({ text: "more" });
  const busy = async (): Promise<never> => {
    throw new CoworkError("AGENT_BUSY", "It asks something.");
  };
  const refused = await run(["open", "a", "--", "more"], host({ ...running, send: busy }));
  expect(refused.code).toBe(1);
  expect(names(refused)).not.toContain("connect");
});

test("without tmux the agent runs on the terminal itself, and that is shown", async () => {
  const result = await run(["open", "a"], host({ agentOpen: async () => ({ how: "here" }) }, { open: false }));
  expect(argsOf(result, "connect")[0]).toMatchObject({ window: "agent", tmux: false });
  expect(result.stderr).toContain("tmux is not installed on the host of a");
});

test("a run that was taken over is named", async () => {
  const result = await run(
    ["open", "a"],
    host({ agentOpen: async () => ({ how: "launched", run: runView({ id: "a:2" }) }) }),
  );
  expect(result.stderr).toContain("run a:2 has ended; its conversation goes on here");
});

describe("nothing is created", () => {
  test("without a login", async () => {
    const none = { ...status, login: { state: "none" as const, detail: "no login" } };
    const result = await run(["open", "b"], host({ authStatus: async () => none }));
    expect(result.code).toBe(5);
    expect(names(result)).not.toContain("init");
  });

  test("without a terminal", async () => {
    const result = await run(["open", "b"], host(), { columns: undefined });
    expect({ code: result.code, calls: names(result) }).toEqual({ code: 2, calls: [] });
    expect(result.stderr).toContain("cowork run <session>");
  });

  test.each([
    [["--agent", "nosuch"], 'no agent "nosuch": use claude, codex or copilot.'],
    [["--agent", "codx"], "did you mean codex?"],
    [["--agent", "cursor"], "cowork does not support cursor now: it is not on npm"],
    [["--agent", "gemini"], "its login with Google"],
    [["--agent", "opencode"], "plugins without a question"],
    [["--", "x".repeat(70_000)], "64 KiB"],
    [["--", "  "], "prompt is empty"],
  ])("with %s", async (more, shown) => {
    const result = await run(["open", "b", ...more]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(shown);
    expect(names(result)).not.toContain("init");
  });

  test("with options of a new session for one that exists", async () => {
    const result = await run(["open", "a", "--carry"]);
    expect(result.code).toBe(2);
    expect(names(result)).not.toContain("agentOpen");
  });
});

describe("--rm", () => {
  test("deletes the session when the agent has ended", async () => {
    const result = await run(["open", "a", "--rm"], host({}, { open: false }));
    expect(result.code).toBe(0);
    expect(argsOf(result, "clean")[1]).toMatchObject({ force: false, purge: false });
    expect(result.stdout).toContain("removed");
  });

  test("keeps a session whose agent goes on", async () => {
    const result = await run(["open", "a", "--rm"]);
    expect(names(result)).not.toContain("clean");
    expect(result.stderr).toContain("cowork open a --rm");
  });

  test("says what is left in a session with unsaved work", async () => {
    const error = new CoworkError("WORK_UNSAVED", "Session a has unsaved work.", { hint: "cowork pull a" }).toView();
    const unsaved = {
      name: "a",
      ok: false,
      exitCode: 3,
      notes: [],
      unsaved: ["1 uncommitted change"],
      removed: [],
      error,
    };
    const result = await run(["open", "a", "--rm"], host({ clean: async () => [unsaved] }, { open: false }));
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/1 uncommitted change[^]*a is kept/);
  });
});
