import { execFile, execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { AgentSignal } from "../../../src/agent/at-work.ts";
import { limitEnd } from "../../../src/agent/claude/limit-end.ts";
import { hooks as hookEntries, states } from "../../../src/agent/claude/states.ts";
import type { JsonObject } from "../../../src/contract/common.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { eventOf, parseReport } from "../../../src/work/inbox/parse-report.ts";
import { tree } from "../../support/git/tree.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const noon = Date.parse("2026-03-01T12:00:00.000Z");
const read = (event: string, input: JsonObject = {}): AgentSignal | undefined =>
  states.read({ event, at: noon, input: { session_id: "s", ...input } });
const limitText = "You've hit your limit · resets 3:22pm (UTC)";

describe("reports of hooks", () => {
  const bash = { tool_name: "Bash", tool_input: { command: "make test", description: "Run" }, tool_use_id: "t1" };
  test.each<[string, JsonObject, AgentSignal | undefined]>([
    ["SessionStart", { source: "startup" }, { state: "starting" }],
    ["UserPromptSubmit", { prompt: "fix\nthe tests" }, { state: "working", detail: "fix" }],
    ["UserPromptSubmit", { prompt: "<task-notification>x" }, { state: "working" }],
    ["PreToolUse", bash, { state: "working", tool: "Bash", call: "t1", detail: "Bash: make test" }],
    [
      "PreToolUse",
      { tool_name: "Edit", tool_input: { file_path: "/w/a.ts", new_string: "x" } },
      { state: "working", tool: "Edit", detail: "Edit: /w/a.ts" },
    ],
    ["PreToolUse", { tool_name: "X", tool_input: 4 }, { state: "working", tool: "X", detail: "X" }],
    ["PostToolUse", bash, { state: "working", tool: "Bash", call: "t1" }],
    ["PermissionDenied", bash, { state: "working", tool: "Bash", call: "t1", detail: "denied: Bash: make test" }],
    [
      "PermissionRequest",
      bash,
      { state: "waiting", for: "approval", tool: "Bash", call: "t1", detail: "Bash: make test" },
    ],
    [
      "PermissionRequest",
      { tool_name: "AskUserQuestion", tool_input: { questions: [{ question: "Which?" }] } },
      { state: "waiting", for: "answer", tool: "AskUserQuestion", detail: "Which?" },
    ],
    [
      "PermissionRequest",
      { tool_name: "ExitPlanMode", tool_input: { plan: "\n# Split the lexer\n1. x" } },
      { state: "waiting", for: "plan", tool: "ExitPlanMode", detail: "Split the lexer" },
    ],
    ["Stop", { background_tasks: [], session_crons: [] }, { state: "idle" }],
    [
      "Stop",
      { background_tasks: [{ type: "subagent", status: "running" }] },
      { state: "working", detail: "a subagent works" },
    ],
    ["Stop", { background_tasks: [{ type: "subagent", status: "completed" }] }, { state: "idle" }],
    [
      "Stop",
      { background_tasks: [{ type: "shell", status: "running" }] },
      { state: "idle", detail: "a command runs in the background" },
    ],
    [
      "Stop",
      {
        background_tasks: [
          { type: "shell", status: "running" },
          { type: "subagent", status: "running" },
        ],
      },
      { state: "working", detail: "a subagent works" },
    ],
    [
      "StopFailure",
      { error: "rate_limit", last_assistant_message: limitText },
      { state: "waiting", for: "limit", until: "2026-03-01T15:22:00.000Z", detail: limitText },
    ],
    [
      "StopFailure",
      { error: "rate_limit", last_assistant_message: "Server is temporarily limiting requests (not your usage limit)" },
      { state: "failed", detail: "Server is temporarily limiting requests (not your usage limit)" },
    ],
    ["StopFailure", { error: "server_error" }, { state: "failed", detail: "server_error" }],
    ["SubagentStart", { agent_id: "a1", agent_type: "x" }, { state: "working", subagent: "a1" }],
    ["SubagentStop", { agent_id: "a1" }, { state: "working", subagent: "a1" }],
    ["Notification", { notification_type: "idle_prompt" }, { state: "idle" }],
    ["Notification", { notification_type: "permission_prompt" }, undefined],
    [
      "TaskCreated",
      { task_id: "1", task_subject: "Docs" },
      { state: "working", task: { id: "1", title: "Docs", done: false } },
    ],
    [
      "TaskCompleted",
      { task_id: "1", task_subject: "Docs" },
      { state: "working", task: { id: "1", title: "Docs", done: true } },
    ],
    ["SessionEnd", { reason: "other" }, { state: "ended" }],
    ["SessionEnd", { reason: "clear" }, undefined],
    ["PreCompact", {}, undefined],
  ])("%s %j", (event, input, signal) => {
    expect(read(event, input)).toEqual(signal === undefined ? undefined : { ...signal, conversation: "s" });
  });

  test("a report whose content is not usable still tells the state", () => {
    expect(states.read({ event: "PermissionRequest", at: noon, input: undefined })).toEqual({
      state: "waiting",
      for: "approval",
    });
  });

  test("ids and names in an unusual form are not used", () => {
    expect(
      states.read({ event: "Stop", at: noon, input: { session_id: "\u001b[31m", agent_id: "x".repeat(101) } }),
    ).toEqual({ state: "idle" });
  });
});

test.each([
  ["resets 3:22pm (UTC)", "2026-03-01T15:22:00.000Z"],
  ["resets 3am (UTC)", "2026-03-02T03:00:00.000Z"],
  ["resets 12:30am (UTC)", "2026-03-02T00:30:00.000Z"],
  ["resets Mar 4, 9pm (UTC)", "2026-03-04T21:00:00.000Z"],
  ["resets 3pm (Europe/Berlin)", "2026-03-01T14:00:00.000Z"],
  ["resets 3pm (No/Where)", undefined],
  ["resets soon", undefined],
])("the end of a usage limit: %s", (text, expected) => {
  const end = limitEnd(text, noon);
  expect(end === undefined ? undefined : new Date(end).toISOString()).toBe(expected);
});

describe("hooks", () => {
  const hooks = hookEntries("/opt/cowork/bin") as Record<string, { matcher?: string; hooks: JsonObject[] }[]>;
  test("every event is reported, by a program that is started without a shell", () => {
    expect(Object.keys(hooks)).toHaveLength(14);
    for (const [event, [entry]] of Object.entries(hooks))
      expect(entry?.hooks[0]).toEqual({
        type: "command",
        command: "/opt/cowork/bin/agent-event",
        args: [event],
        timeout: 10,
      });
  });
  test("only requests for permission have a second hook, and it may wait for a day", () => {
    expect(hooks["PermissionRequest"]?.[0]?.hooks[1]).toMatchObject({
      command: "/opt/cowork/bin/agent-approve",
      timeout: 86_400,
    });
    const others = Object.entries(hooks).filter(([event]) => event !== "PermissionRequest");
    expect(others.every(([, [entry]]) => entry?.hooks.length === 1)).toBe(true);
    expect(hooks["Notification"]?.[0]?.matcher).toBe("idle_prompt");
    expect(hooks["PreToolUse"]?.at(-1)).toMatchObject({
      matcher: "Edit|Write|MultiEdit|NotebookEdit",
      hooks: [{ command: "/opt/cowork/bin/agent-plan" }],
    });
  });
});

describe("the agent's own files", () => {
  async function session(
    files: Record<string, string>,
  ): Promise<{ paths: ReturnType<typeof coworkPaths>; folder: string }> {
    const paths = coworkPaths(await temporaryFolder());
    const folder = join(paths.agentState("app-a", "claude"), "sessions");
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    return { paths, folder };
  }
  const good = {
    pid: 9,
    sessionId: "s",
    procStart: "75966",
    entrypoint: "cli",
    status: "waiting",
    waitingFor: "permission prompt",
    statusUpdatedAt: noon,
  };

  test("programs with their state; other files, links and other forms are skipped", async () => {
    const { paths, folder } = await session({
      "12.json": JSON.stringify(good),
      "13.json": "{",
      "14.json": JSON.stringify({ ...good, status: "new" }),
      "15.json": "x".repeat(20_000),
      "x.json": JSON.stringify(good),
    });
    await symlink(join(folder, "12.json"), join(folder, "16.json"));
    expect(states.programs({ paths }, "app-a")).toEqual([
      {
        pid: 12,
        startTicks: "75966",
        conversation: "s",
        interactive: true,
        status: "waiting",
        waitingFor: "permission prompt",
        at: noon,
      },
    ]);
  });

  test("a folder that is a link is not followed", async () => {
    const { paths, folder } = await session({ "12.json": JSON.stringify(good) });
    await mkdir(paths.agentState("app-b", "claude"), { recursive: true });
    await symlink(folder, join(paths.agentState("app-b", "claude"), "sessions"));
    expect(states.programs({ paths }, "app-b")).toEqual([]);
  });

  test("no more than 100 of them are read", async () => {
    const files = Object.fromEntries(Array.from({ length: 150 }, (_, pid) => [`${pid}.json`, JSON.stringify(good)]));
    const { paths } = await session(files);
    expect(states.programs({ paths }, "app-a")).toHaveLength(100);
  });
});

describe("the agent's list of tasks", () => {
  const conversation = "6d2c5b0e-0a3f-4a57-9d35-0c1f6f0d8a11";
  const task = (status: string): string => JSON.stringify({ id: "1", subject: "x", status });

  async function listed(
    files: Record<string, string>,
  ): Promise<{ paths: ReturnType<typeof coworkPaths>; folder: string }> {
    const paths = coworkPaths(await temporaryFolder());
    const folder = join(paths.agentState("app-a", "claude"), "tasks", conversation);
    await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    return { paths, folder };
  }

  test("is counted; other files, links and other forms are not", async () => {
    const { paths, folder } = await listed({
      "1.json": task("completed"),
      "2.json": task("in_progress"),
      "3.json": task("pending"),
      "4.json": task("deleted"),
      "5.json": "{",
      "6.json": "[".repeat(10_000),
      "7.json": JSON.stringify({ status: "completed", description: "x".repeat(20_000) }),
      "x.json": task("completed"),
      ".lock": "",
    });
    await symlink(join(folder, "1.json"), join(folder, "8.json"));
    await mkdir(join(folder, "9.json"));
    expect(states.tasks({ paths }, "app-a", conversation)).toEqual({ done: 1, total: 3 });
    const other = conversation.replace("6", "7");
    expect(states.tasks({ paths }, "app-a", other)).toBeUndefined();
    await symlink(folder, join(folder, "..", other));
    expect(states.tasks({ paths }, "app-a", other)).toBeUndefined();
    for (const path of ["../tasks/".concat(conversation), ".", "", `${conversation}/`])
      expect(states.tasks({ paths }, "app-a", path)).toBeUndefined();
  });

  test("is empty if the session closed its folder, as its programs are", async () => {
    const { paths, folder } = await listed({ "1.json": task("completed") });
    const root = paths.agentState("app-a", "claude");
    await mkdir(join(root, "sessions"));
    for (const path of [folder, join(root, "sessions")]) await chmod(path, 0);
    // A test's folder is closed to others, and root ignores permissions.
    for (let path = root; path.startsWith(tmpdir()) && path !== tmpdir(); path = dirname(path))
      await chmod(path, 0o755);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(states.tasks({ paths }, "app-a", conversation)).toBeUndefined();
      expect(states.programs({ paths }, "app-a")).toEqual([]);
    } finally {
      if (isRoot) process.seteuid?.(0);
      for (const path of [folder, join(root, "sessions")]) await chmod(path, 0o700);
    }
  });

  test("is counted up to 200", async () => {
    const { paths } = await listed(
      Object.fromEntries(Array.from({ length: 230 }, (_, n) => [`${n}.json`, task("completed")])),
    );
    expect(states.tasks({ paths }, "app-a", conversation)).toEqual({ done: 200, total: 200 });
  });
});

describe("the hook's script", () => {
  const script = join(import.meta.dirname, "../../../templates/agent/bin/agent-event");
  async function run(events: string, event: string, input: string): Promise<{ stdout: string; stderr: string }> {
    const running = promisify(execFile)("/bin/sh", [script, event, events], { maxBuffer: 1024 });
    running.child.stdin?.end(input);
    return await running;
  }

  test("leaves one whole file in the inbox, the same as `last`, and prints nothing", async () => {
    const events = await temporaryFolder();
    expect(await run(events, "Stop", '{"session_id":"s"}\n')).toEqual({ stdout: "", stderr: "" });
    const [name = "", ...more] = readdirSync(join(events, "inbox"));
    expect(more).toEqual([]);
    expect(eventOf(name)).toBe("Stop");
    const bytes = await readFile(join(events, "inbox", name));
    expect(parseReport(bytes, 0, "Stop")).toEqual({ event: "Stop", at: 0, input: { session_id: "s" } });
    expect(parseReport(await readFile(join(events, "last")), 0)).toEqual({
      event: "Stop",
      at: 0,
      input: { session_id: "s" },
    });
    expect(statSync(join(events, "last")).mode & 0o777).toBe(0o600);
  });

  test("cuts a long report, after taking all of it", async () => {
    const events = await temporaryFolder();
    const input = JSON.stringify({ tool_name: "Write", tool_input: { content: "x".repeat(2_000_000) } });
    await run(events, "PreToolUse", input);
    const bytes = await readFile(join(events, "last"));
    expect(bytes.length).toBeLessThan(66_000);
    expect(parseReport(bytes, 0)?.input).toEqual({ tool_name: "Write" });
  });

  test("an entry of the list of tasks is not the agent's state", async () => {
    const events = await temporaryFolder();
    await run(events, "Stop", "{}");
    await run(events, "TaskCreated", "{}");
    expect(readdirSync(join(events, "inbox"))).toHaveLength(2);
    expect((await readFile(join(events, "last"), "utf8")).split("\n")[0]).toBe("Stop");
  });

  test("succeeds where it cannot write", async () => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");
    expect(await run(file, "Stop", "{}")).toEqual({ stdout: "", stderr: "" });
  });
});

describe("agent-plan", () => {
  const config = "/cowork/session/claude";
  const call = (file_path: string, change: object = {}): object => {
    return { session_id: "s", permission_mode: "plan", tool_name: "Write", tool_input: { file_path }, ...change };
  };
  const run = (input: object, attended = "0"): string =>
    execFileSync("/bin/sh", [join(tree, "templates/agent/bin/agent-plan")], {
      env: { CLAUDE_CODE_SESSION_ATTENDED: attended, CLAUDE_CONFIG_DIR: config },
      input: `${JSON.stringify(input)}\n`,
      encoding: "utf8",
    });

  test.each([
    ["a file", call("/work/x")],
    ["a path that leads out of the plans", call(`${config}/plans/../../x.md`)],
    [
      "a text that names the plans",
      call("/work/x", { tool_input: { file_path: "/work/x", content: `"file_path":"${config}/plans/a.md"` } }),
    ],
    ["a notebook", call("", { tool_name: "NotebookEdit", tool_input: { notebook_path: "/work/x.ipynb" } })],
    ["a long text", call("/work/x", { tool_input: { file_path: "/work/x", content: "x".repeat(300_000) } })],
  ])("denies %s before the plan is approved", (_, input) => {
    expect(JSON.parse(run(input))).toMatchObject({ hookSpecificOutput: { permissionDecision: "deny" } });
  });

  test.each([
    ["the plan", call(`${config}/plans/quiet-river.md`), "0"],
    ["another mode", call("/work/x", { permission_mode: "acceptEdits" }), "0"],
    [
      "a text that names the mode",
      call("/work/x", { permission_mode: "default", tool_input: { content: '"permission_mode":"plan"' } }),
      "0",
    ],
    ["a person at the terminal", call("/work/x"), "1"],
  ])("says nothing about %s", (_, input, attended) => {
    expect(run(input, attended)).toBe("");
  });
});
