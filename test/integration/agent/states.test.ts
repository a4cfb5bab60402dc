import { readdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { execa } from "execa";
import type { JsonObject } from "../../../src/contract/common.ts";
import type { AgentState } from "../../../src/contract/work/agent-state.ts";
import type { HistoryEvent } from "../../../src/contract/work/history.ts";
import { takeInReports } from "../../../src/work/inbox/take-in.ts";
import { checkAgentState } from "../../../src/work/state/check-state.ts";
import { observeAgent, readAgentState } from "../../../src/work/state/read-state.ts";
import type { WorkPlace } from "../../../src/work/types.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { overloaded, usageLimit } from "../../support/stand-in/control.ts";
import { logInByHand, plainSession, type PlainSession } from "../../support/stand-in/plain-session.ts";
import { scriptFile, type Step } from "../../support/stand-in/script.ts";
import { playTerminal, type PlayedTerminal } from "../../support/stand-in/terminal.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";

// Every row of the table of states, with the real program. All cases share one container.

let vendor: Vendor;
let host: AgentHost;
let session: PlainSession;
let startedAt = "";

beforeAll(async () => {
  vendor = await startVendor("agent-states");
  host = await agentHost();
  await logInByHand(host, vendor);
  session = await plainSession(host, vendor, { id: "p-states", env: { CLAUDE_CODE_MAX_RETRIES: "1" } });
  startedAt = await startOf(session.container);
});

afterAll(async () => {
  await close();
  await host?.end();
  await vendor?.stop();
});

/** The agent on a terminal; the cases share it as far as they can. */
let agent: { terminal: PlayedTerminal; end: () => Promise<void> } | undefined;
async function close(): Promise<void> {
  await agent?.end();
  agent = undefined;
}

async function startOf(container: string): Promise<string> {
  return (await execa("docker", ["inspect", "-f", "{{.State.StartedAt}}", container])).stdout;
}

function place(): WorkPlace {
  const { id, container } = session;
  const { sessionUid, sessionGid } = host.ctx.user;
  const user = `${sessionUid}:${sessionGid}`;
  return {
    id,
    name: id,
    project: "p",
    agent: host.agent,
    createdAt: startedAt,
    container: { id: container, running: true, startedAt, user, workspaceFolder: "/work" },
  };
}

const state = (): AgentState => readAgentState(host.ctx, place());

/** Waits for a state as `list` reads it. */
async function becomes(expected: Partial<AgentState>): Promise<AgentState> {
  for (let tries = 0; tries < 300; tries += 1) {
    const found = state();
    if (Object.entries(expected).every(([key, value]) => found[key as keyof AgentState] === value)) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(
    `${JSON.stringify(expected)} expected, but: ${JSON.stringify(observeAgent(host.ctx, place()))}\n${agent?.terminal.shown().slice(-1500) ?? ""}`,
  );
}

/** How many reports of an event were taken in so far. */
async function history(event: string): Promise<number> {
  await takeInReports(host.ctx, place());
  const log = await readFile(host.ctx.paths.eventLog(session.id), "utf8");
  return log.split("\n").filter((line) => line.includes(`"event":"${event}"`)).length;
}

/** Starts the agent on a terminal, until it waits for a prompt. */
async function open(...args: string[]): Promise<PlayedTerminal> {
  await close();
  const interrupt = new AbortController();
  const terminal = playTerminal({ columns: 100, signal: interrupt.signal });
  const { sessionUid, sessionGid } = host.ctx.user;
  const spec = {
    command: ["/opt/cowork/bin/claude", "--permission-mode", "manual", ...args] as const,
    user: `${sessionUid}:${sessionGid}`,
    workingDir: "/work",
    env: { TERM: "xterm-256color", HOME: "/tmp" },
  };
  const ended = host.ctx.engine.attach(session.container, spec, terminal.io).catch(() => 0);
  agent = {
    terminal,
    end: async () => {
      await session.run(["sh", "-c", "for p in $(pidof claude); do kill $p; done"]);
      interrupt.abort();
      await ended;
    },
  };
  await terminal.waitFor(/❯/);
  await becomes({ state: "idle" });
  return terminal;
}

async function shared(): Promise<PlayedTerminal> {
  return agent?.terminal ?? (await open());
}

/** Waits until the agent shows a dialog; its hook is started before. */
async function dialog(): Promise<void> {
  const shows = (): boolean => observeAgent(host.ctx, place()).programs.some(({ status }) => status === "waiting");
  await expect.poll(shows, { timeout: 20_000, interval: 50 }).toBe(true);
}

/** Presses a key until the state changes: a dialog ignores keys at first, in case they were meant for what was there before. */
async function press(terminal: PlayedTerminal, key: string, expected: Partial<AgentState>): Promise<AgentState> {
  const { state: before } = state();
  for (let tries = 0; tries < 20 && state().state === before; tries += 1) {
    terminal.type(key);
    for (let wait = 0; wait < 20 && state().state === before; wait += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return await becomes(expected);
}

/** Types a prompt for which the model answers with these steps. */
async function prompt(terminal: PlayedTerminal, name: string, steps: readonly Step[]): Promise<void> {
  await vendor.script(name, steps);
  await type(terminal, scriptFile(name));
  terminal.type("\r");
}

/** Types a text, a second time if the agent was not ready for the first one. */
async function type(terminal: PlayedTerminal, text: string): Promise<void> {
  const shows = (): boolean => terminal.shown().includes(text);
  for (let tries = 0; tries < 3 && !shows(); tries += 1) {
    terminal.type(text);
    for (let wait = 0; wait < 50 && !shows(); wait += 1) await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const bash = (command: string): Step => ({ tools: [{ name: "Bash", input: { command, description: "made up" } }] });
const pidsOf = async (name: string): Promise<string[]> =>
  (await session.run(["pidof", name])).out.trim().split(" ").filter(Boolean);

describe("on a terminal", () => {
  test("a session in which no agent was started has none", () => {
    expect(state()).toMatchObject({ state: "none" });
  });

  test("idle, working, and interrupted with Esc and with Ctrl-C, of which no hook tells", async () => {
    const terminal = await shared();
    for (const [name, key] of [
      ["esc", "\u001b"],
      ["ctrlc", "\u0003"],
    ] as const) {
      // An answer that has begun: without one, Esc takes the prompt back.
      await prompt(terminal, name, [{ text: `${name}-begins ${"word ".repeat(500)}`, slow: 200 }]);
      await becomes({ state: "working", detail: scriptFile(name) });
      await terminal.waitFor(new RegExp(`${name}-begins`));
      const interrupted = { state: "idle", detail: "interrupted" } as const;
      expect(await press(terminal, key, interrupted)).toMatchObject(interrupted);
    }
  });

  test("waits for an approval, works on after Yes, is idle at the end", async () => {
    const terminal = await shared();
    await prompt(terminal, "yes", [bash("touch begun; while [ ! -e go ]; do sleep 0.1; done"), { text: "done" }]);
    const waiting = await becomes({ state: "waiting", for: "approval" });
    expect(waiting.detail).toMatch(/^Bash: touch begun/);
    await dialog();
    expect(state()).toMatchObject({ state: "waiting", for: "approval" });
    await press(terminal, "1", { state: "working" });
    await writeFile(join(session.work, "go"), "");
    expect(await becomes({ state: "idle" })).not.toHaveProperty("detail");
  });

  test("No on the terminal is an interruption, of which no hook tells", async () => {
    const terminal = await shared();
    await prompt(terminal, "no", [bash("touch never"), { text: "done" }]);
    await becomes({ state: "waiting", for: "approval" });
    await dialog();
    const interrupted = { state: "idle", detail: "interrupted" } as const;
    expect(await press(terminal, "\u001b", interrupted)).toMatchObject(interrupted);
  });

  test("waits for an answer", async () => {
    const terminal = await shared();
    const options = [
      { label: "Red", description: "r" },
      { label: "Blue", description: "b" },
    ];
    const input = { questions: [{ question: "Which colour?", header: "Colour", multiSelect: false, options }] };
    await prompt(terminal, "ask", [{ tools: [{ name: "AskUserQuestion", input }] }, { text: "done" }]);
    await becomes({ state: "waiting", for: "answer", detail: "Which colour?" });
    await dialog();
    expect(state()).toMatchObject({ state: "waiting", for: "answer" });
    await press(terminal, "\r", { state: "idle" });
  });

  test("waits for a plan", async () => {
    const terminal = await open("--permission-mode", "plan");
    await prompt(terminal, "plan", [
      { tools: [{ name: "ExitPlanMode", input: { plan: "# Split the lexer" } }] },
      { text: "done" },
    ]);
    expect((await becomes({ state: "waiting", for: "plan" })).detail).toBeDefined();
    await close();
  });

  test("failed, and waiting for the end of a usage limit", async () => {
    const terminal = await shared();
    await vendor.control({ messages: overloaded });
    await prompt(terminal, "failing", [{ text: "never" }]);
    expect((await becomes({ state: "failed" })).detail).toMatch(/529/);
    const resetsAt = Math.ceil(Date.now() / 60_000) * 60 + 3600;
    await vendor.control({ messages: usageLimit(resetsAt) });
    await prompt(terminal, "limited", [{ text: "never" }]);
    const { until = "" } = await becomes({ state: "waiting", for: "limit" });
    expect(Math.abs(Date.parse(until) / 1000 - resetsAt)).toBeLessThanOrEqual(60);
    await vendor.control({});
  });

  test("works while a subagent does in the background, and waits with it", async () => {
    const terminal = await shared();
    const work = bash("while [ ! -e enough ]; do sleep 0.1; done");
    await vendor.script("inner", [work, bash("touch inner"), { text: "inner done" }]);
    const asked = { description: "inner", prompt: scriptFile("inner"), subagent_type: "general-purpose" };
    const call = { name: "Agent", input: { ...asked, run_in_background: true } };
    const before = await history("Stop");
    await prompt(terminal, "outer", [{ tools: [call] }, { text: "outer done" }]);
    await expect.poll(async () => await history("Stop"), { timeout: 30_000 }).toBe(before + 1);
    expect(state()).toMatchObject({ state: "working" });
    await writeFile(join(session.work, "enough"), "");
    expect((await becomes({ state: "waiting", for: "approval" })).detail).toBe("Bash: touch inner");
  });

  test("killed: its own file stays, and a look at the processes is remembered", async () => {
    const terminal = await open();
    await prompt(terminal, "kill", [{ text: "never", hang: true }]);
    await becomes({ state: "working" });
    expect(await checkAgentState(host.ctx, place())).toMatchObject({ state: "working" });
    await session.run(["sh", "-c", "kill -9 $(pidof claude)"]);
    await expect.poll(async () => await pidsOf("claude")).toEqual([]);
    expect(state()).toMatchObject({ state: "working" });
    expect(await checkAgentState(host.ctx, place())).toMatchObject({ state: "ended", detail: "killed" });
    expect(state()).toMatchObject({ state: "ended", detail: "killed" });
  });

  test("ended, as the person who leaves says", async () => {
    const terminal = await open();
    await type(terminal, "/exit");
    await press(terminal, "\r", { state: "ended" });
    expect(await checkAgentState(host.ctx, place())).toMatchObject({ state: "ended" });
  });
});

describe("without a terminal", () => {
  test("works, waits for an approval that a hook holds, and has ended at the end", async () => {
    await close();
    const steps = [bash("touch headless"), { text: "done" }];
    await vendor.script("headless", steps);
    const running = session.run(["claude", "-p", scriptFile("headless"), "--permission-mode", "manual"]);
    await becomes({ state: "waiting", for: "approval" });
    expect(await checkAgentState(host.ctx, place())).toMatchObject({ state: "waiting", for: "approval" });
    await session.run(["sh", "-c", "for p in $(pidof claude); do kill $p; done"]);
    await running;
    await becomes({ state: "ended" });
  });

  test("the mode of a start counts before the policy's, and the repository's never", async () => {
    await mkdir(join(session.work, ".claude"), { recursive: true });
    const own = { permissions: { defaultMode: "acceptEdits", allow: ["Bash"] } };
    await writeFile(join(session.work, ".claude", "settings.json"), JSON.stringify(own));
    const modeOf = async (...args: string[]): Promise<unknown> => {
      const stream = ["--output-format", "stream-json", "--verbose"];
      const { out } = await session.run(["claude", "-p", "hi", ...stream, ...args]);
      const lines = out.split("\n").filter((line) => line.startsWith("{"));
      const init = lines.map((line) => JSON.parse(line) as JsonObject).find(({ subtype }) => subtype === "init");
      return init?.["permissionMode"];
    };
    expect(await modeOf()).toBe("default");
    for (const mode of ["acceptEdits", "bypassPermissions", "plan"])
      expect(await modeOf("--permission-mode", mode)).toBe(mode);
  });

  test("every hook reported, each report is in the history once, and the inbox is empty", async () => {
    await takeInReports(host.ctx, place());
    const log = await readFile(host.ctx.paths.eventLog(session.id), "utf8");
    const events = log
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as HistoryEvent);
    // The journal has numbers of the same row.
    expect(events.every(({ n }, index) => index === 0 || n > (events[index - 1]?.n ?? 0))).toBe(true);
    const files = events.map(({ data }) => data["report"]);
    expect(new Set(files).size).toBe(files.length);
    const turn = [
      "SessionStart",
      "UserPromptSubmit",
      "PreToolUse",
      "PermissionRequest",
      "PostToolUse",
      "Stop",
      "SessionEnd",
    ];
    const seen = new Set(events.map(({ data }) => data["event"]));
    expect(seen).toEqual(new Set([...turn, "StopFailure", "SubagentStart"]));
    expect(readdirSync(join(host.ctx.paths.events(session.id), "inbox"))).toEqual([]);
  });
});

test("after the container was started again, what an agent did before is unknown", async () => {
  const running = session.run(["claude", "-p", scriptFile("kill")]);
  await becomes({ state: "working" });
  await execa("docker", ["kill", session.container]);
  await running;
  await execa("docker", ["start", session.container]);
  startedAt = await startOf(session.container);
  expect(state()).toMatchObject({ state: "unknown", detail: "stale" });
});
