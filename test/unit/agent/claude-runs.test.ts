import { expect, test } from "vitest";
import type { RunAsk } from "../../../src/agent/at-work.ts";
import { runs } from "../../../src/agent/claude/runs.ts";
import { terminal } from "../../../src/agent/claude/terminal.ts";

const base = { prompt: "do it", conversation: "u1", resume: false } as const;
const ask: RunAsk = { ...base, mode: "edits", readOnly: false, strictMcp: false };
const args = (changes: Partial<RunAsk> = {}): string => runs.args({ ...ask, ...changes }).join(" ");

test("a terminal's prompt is neither an option nor a subcommand", () => {
  const last = (prompt: string): string | undefined =>
    terminal.args({ conversation: "c", resume: false, prompt }).at(-1);
  expect(last("fix it")).toBe("fix it");
  expect(last("/review")).toBe("/review");
  expect(last("doctor")).toBe(" doctor");
  expect(last("--help me")).toBe(" --help me");
  expect(terminal.args({ conversation: "c", resume: true, model: "opus" })).toEqual([
    "--resume",
    "c",
    "--model",
    "opus",
  ]);
});

test("the arguments say what the run may do", () => {
  expect(args()).toBe(
    "-p --input-format stream-json --output-format stream-json --verbose --replay-user-messages --permission-prompt-tool stdio --permission-mode acceptEdits --session-id u1",
  );
  expect(args({ mode: "ask" })).toContain("--permission-mode manual");
  expect(args({ mode: "all" })).toContain("--permission-mode bypassPermissions");
  expect(args({ mode: "plan" })).toContain("--permission-mode plan");
  expect(args({ resume: true })).toContain("--resume u1");
  expect(args({ readOnly: true })).toContain("--permission-mode manual");
  expect(args({ readOnly: true })).toContain("--disallowedTools Edit,Write,NotebookEdit");
  expect(args({ strictMcp: true, model: "m", budget: 1.5, maxTurns: 3, instructions: "do" })).toContain(
    "--strict-mcp-config --model m --max-budget-usd 1.5 --max-turns 3 --append-system-prompt do",
  );
});

test("prompts and interrupts are one line", () => {
  expect(runs.prompt('a\n"b"')).toBe('{"type":"user","message":{"role":"user","content":"a\\n\\"b\\""}}\n');
  expect(JSON.parse(runs.interrupt?.("i1") ?? "")).toEqual({
    type: "control_request",
    request_id: "i1",
    request: { subtype: "interrupt" },
  });
});

const result = (changes: object): object => ({
  type: "result",
  subtype: "success",
  is_error: false,
  terminal_reason: "completed",
  result: "ok",
  api_error_status: null,
  num_turns: 2,
  total_cost_usd: 0.25,
  duration_ms: 10,
  permission_denials: [{}],
  modelUsage: { m: { inputTokens: 5, outputTokens: 7, cacheReadInputTokens: 3, cacheCreationInputTokens: 2 } },
  ...changes,
});

test.each<[string, object, string]>([
  ["good", {}, "completed"],
  ["the money is spent", { subtype: "error_max_budget_usd", is_error: true, errors: ["Reached"] }, "budget"],
  ["the turns are used", { subtype: "error_max_turns", is_error: true }, "turns"],
  [
    "usage limit",
    { is_error: true, terminal_reason: "api_error", api_error_status: 429, result: "You've hit your limit" },
    "limit",
  ],
  [
    "busy server",
    {
      is_error: true,
      terminal_reason: "api_error",
      api_error_status: 429,
      result: "Server is temporarily limiting requests (not your usage limit)",
    },
    "error",
  ],
  [
    "overloaded",
    { is_error: true, terminal_reason: "api_error", api_error_status: 529, result: "API Error: 529" },
    "error",
  ],
  [
    "refused login",
    { is_error: true, terminal_reason: "api_error", api_error_status: 401, result: "Failed to authenticate." },
    "login",
  ],
  ["no login", { is_error: true, terminal_reason: "api_error", result: "Not logged in · Please run /login" }, "login"],
  [
    "interrupted",
    { subtype: "error_during_execution", is_error: true, terminal_reason: "aborted_streaming" },
    "interrupted",
  ],
  ["a hook's stop", { terminal_reason: "hook_stopped" }, "interrupted"],
])("the result of a turn: %s", (_, changes, outcome) => {
  const [read] = runs.read(JSON.stringify(result(changes))) ?? [];
  expect(read).toMatchObject({
    kind: "result",
    outcome,
    cost: 0.25,
    turns: 2,
    tokens: { input: 10, output: 7 },
    denials: 1,
  });
});

test("messages are read in common terms", () => {
  const read = (message: object): unknown => runs.read(JSON.stringify(message));
  expect(read({ type: "system", subtype: "init", session_id: "s", model: "m", claude_code_version: "2" })).toEqual([
    { kind: "started", conversation: "s", model: "m", version: "2" },
  ]);
  expect(read({ type: "system", subtype: "background_tasks_changed", tasks: [{}, {}] })).toEqual([
    { kind: "background", running: 2 },
  ]);
  const content = [
    { type: "text", text: "hi" },
    { type: "tool_use", id: "t", name: "Bash", input: { command: "ls" } },
  ];
  expect(read({ type: "assistant", parent_tool_use_id: "p", message: { content } })).toEqual([
    { kind: "text", text: "hi", subagent: "p" },
    { kind: "tool", id: "t", name: "Bash", input: { command: "ls" }, subagent: "p" },
  ]);
  const back = [{ type: "tool_result", tool_use_id: "t", is_error: true, content: [{ type: "text", text: "no" }] }];
  expect(read({ type: "user", message: { content: back } })).toEqual([
    { kind: "tool-result", id: "t", failed: true, text: "no" },
  ]);
  expect(
    read({
      type: "rate_limit_event",
      rate_limit_info: { status: "rejected", resetsAt: 10, rateLimitType: "five_hour" },
    }),
  ).toEqual([{ kind: "limit", rejected: true, until: 10_000, detail: "five_hour" }]);
});

test.each([
  "",
  "text",
  "{",
  "[]",
  "null",
  '{"type":1}',
  '{"type":"assistant"}',
  '{"type":"assistant","message":{"content":7}}',
  '{"type":"system","subtype":"init_"}',
  "[".repeat(200_000),
])("a line that says nothing is none: %.40s", (line) => {
  expect(runs.read(line)).toBeUndefined();
});

test("wrong types count as absent", () => {
  const odd = {
    type: "result",
    total_cost_usd: "9",
    num_turns: -1,
    modelUsage: [1],
    permission_denials: {},
    result: {},
  };
  expect(runs.read(JSON.stringify(odd))).toMatchObject([
    { cost: 0, turns: 0, tokens: { input: 0, output: 0 }, denials: 0, text: "" },
  ]);
});

test("what it was given is part of its output: only what the program says it replays", () => {
  const line = (content: unknown, more: object = {}): string =>
    JSON.stringify({ type: "user", message: { role: "user", content }, isReplay: true, ...more });
  expect(runs.read(line("and the docs"))).toEqual([{ kind: "prompt", text: "and the docs" }]);
  expect(
    runs.read(
      line([
        { type: "text", text: "and " },
        { type: "text", text: "more" },
      ]),
    ),
  ).toEqual([{ kind: "prompt", text: "and more" }]);
  expect(runs.read(line(" "))).toBeUndefined();
  expect(runs.read(line("a summary of the program's own", { isReplay: false }))).toBeUndefined();
});
