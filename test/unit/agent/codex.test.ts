import { expect, test } from "vitest";
import type { RunAsk } from "../../../src/agent/at-work.ts";
import { codex } from "../../../src/agent/codex/agent.ts";
import { codexApprovals } from "../../../src/agent/codex/approvals.ts";
import { sessionPolicy, sharedPolicy } from "../../../src/agent/codex/policy.ts";
import { withTrust } from "../../../src/agent/codex/prepare.ts";
import { repository } from "../../../src/agent/codex/repository.ts";
import { runs } from "../../../src/agent/codex/runs.ts";
import { states } from "../../../src/agent/codex/states.ts";
import { terminal } from "../../../src/agent/codex/terminal.ts";
import { transcripts } from "../../../src/agent/codex/transcripts.ts";
import type { Variant } from "../../../src/agent/types.ts";
import type { JsonObject } from "../../../src/contract/common.ts";
import type { SessionRules } from "../../../src/contract/work/rules.ts";

const base = { prompt: "do it", conversation: "u1", resume: false } as const;
const ask: RunAsk = { ...base, mode: "all", readOnly: false, strictMcp: false };
const args = (changes: Partial<RunAsk> = {}): string => runs.args({ ...ask, ...changes }).join(" ");

test("one package is for every libc, and its programs keep their places", () => {
  const packageOf = (variant: Variant, version: string): unknown => codex.install.package(variant, version);
  expect(packageOf("linux-x64-musl", "0.171.0")).toMatchObject({ version: "0.171.0-linux-x64", as: "linux-x64" });
  expect(packageOf("linux-arm64", "0.171.0")).toMatchObject({
    version: "0.171.0-linux-arm64",
    program: "vendor/aarch64-unknown-linux-musl/bin/codex",
  });
});

test("the arguments say what a run may do", () => {
  expect(args()).toBe("exec --json --skip-git-repo-check --sandbox danger-full-access -");
  expect(args({ model: "m", resume: true })).toContain("--model m resume u1 -");
  expect(args({ strictMcp: true })).toContain("--ignore-rules -");
  expect(args({ mode: "edits" })).toContain("--sandbox workspace-write");
  expect(args({ mode: "ask" })).toContain("require_escalated");
  expect(args({ readOnly: true })).toContain("--sandbox read-only");
  expect(args({ mode: "plan", afterPlan: "all" })).toContain("--sandbox read-only");
  expect(runs.args({ ...ask, instructions: 'say "hi"\nand go' })).toContain(
    String.raw`developer_instructions="say \"hi\"\nand go"`,
  );
});

test("a terminal's prompt is neither an option nor a subcommand", () => {
  expect(terminal.args({ conversation: "c", resume: false, prompt: "--help" })).toEqual(["--", "--help"]);
  expect(terminal.args({ conversation: "c", resume: true, model: "m" })).toEqual(["resume", "c", "--model", "m"]);
});

const line = (value: object): ReturnType<typeof runs.read> => runs.read(JSON.stringify(value));

test("events of a run in common terms", () => {
  expect(line({ type: "thread.started", thread_id: "t1" })).toEqual([{ kind: "started", conversation: "t1" }]);
  const item = { id: "i1", type: "command_execution", command: "make", aggregated_output: "no", status: "failed" };
  expect(line({ type: "item.started", item })).toEqual([
    { kind: "tool", id: "i1", name: "Bash", input: { command: "make" } },
  ]);
  expect(line({ type: "item.completed", item })).toEqual([{ kind: "tool-result", id: "i1", failed: true, text: "no" }]);
  expect(line({ type: "item.completed", item: { type: "agent_message", text: "Done." } })).toEqual([
    { kind: "text", text: "Done." },
  ]);
  expect(line({ type: "error", message: "Reconnecting... 2/5 (no network)" })).toMatchObject([
    { kind: "retry", attempt: 2, detail: "no network" },
  ]);
  expect(line({ type: "turn.completed", usage: { input_tokens: 7, output_tokens: 3 } })).toMatchObject([
    { kind: "result", outcome: "completed", tokens: { input: 7, output: 3 } },
  ]);
  expect(line({ type: "item.completed", item: { type: "error", message: "a warning" } })).toBeUndefined();
  expect(runs.read("not JSON")).toBeUndefined();
});

test.each([
  ["You’ve hit your usage limit. Visit … or try again at Nov 30th, 2026 12:53 AM.", "limit"],
  [
    "Your access token could not be refreshed because your refresh token was already used. Please log out and sign in again.",
    "login",
  ],
  ["unexpected status 401 Unauthorized: Missing bearer, url: https://api.openai.com/v1/responses", "login"],
  ["unexpected status 500 Internal Server Error", "error"],
])("a failed turn: %s", (message, outcome) => {
  expect(line({ type: "turn.failed", error: { message } })).toMatchObject([
    { kind: "result", outcome, detail: message },
  ]);
});

test("what hooks report", () => {
  const read = (event: string, input: JsonObject = {}) => states.read({ event, at: 1, input });
  expect(read("PreToolUse", { session_id: "c1", tool_name: "Bash", tool_input: { command: "make" } })).toEqual({
    state: "working",
    conversation: "c1",
    tool: "Bash",
    detail: "Bash: make",
  });
  expect(read("PermissionRequest", { tool_name: "apply_patch", tool_input: { command: "x" } })).toMatchObject({
    state: "waiting",
    for: "approval",
  });
  expect(read("Stop")).toEqual({ state: "idle" });
  expect(read("Interrupt")).toEqual({ state: "idle", detail: "interrupted" });
  expect(read("SessionEnd")).toEqual({ state: "ended" });
  expect(read("SomethingNew")).toBeUndefined();
});

test("a request is shown whole, and its answer carries nothing that the program refuses", () => {
  const request = {
    session_id: "c1",
    cwd: "/work",
    tool_name: "Bash",
    tool_input: { command: "make", description: "why" },
  };
  expect(codexApprovals.read(request)).toMatchObject({
    kind: "approval",
    tool: "Bash",
    text: "make\n\n# why",
    rules: [],
  });
  const more = { ...request, tool_input: { command: "make", hidden: "rm" } };
  expect(codexApprovals.read(more)?.text).toContain("rm");
  expect(codexApprovals.answer(request, { decision: "allow" })).toEqual({
    hookSpecificOutput: { hookEventName: "PermissionRequest", decision: { behavior: "allow" } },
  });
  expect(codexApprovals.answer(request, { decision: "deny", message: "no" })).toEqual({
    hookSpecificOutput: { hookEventName: "PermissionRequest", decision: { behavior: "deny", message: "no" } },
  });
});

test("the policy makes runs ask, keeps the background server away, and reports in sessions only", () => {
  const rules: SessionRules = { allow: [], deny: [], ask: [], repository: "none" };
  const required = sessionPolicy(rules)["requirements.toml"] ?? "";
  expect(required).toMatch(/^allowed_approval_policies = \["on-request"\]\nallow_managed_hooks_only = true\n/);
  expect(required).toContain("daemon_auto_start = false");
  expect(required.match(/^\[\[hooks\.\w+\]\]$/gm)).toHaveLength(11);
  expect(required).toContain('command = "/opt/cowork/bin/codex-approve"\ntimeout = 86400');
  expect(sessionPolicy({ ...rules, repository: "agreed" })["requirements.toml"]).not.toContain(
    "allow_managed_hooks_only",
  );
  expect(sharedPolicy()["requirements.toml"]).not.toContain("/opt/cowork");
  expect(sharedPolicy()["managed_config.toml"]).toContain('forced_login_method = "chatgpt"');
});

test("trust is written once, changed in its place, and nothing else is", () => {
  const made = withTrust("", "/workspaces/a", "trusted");
  expect(made).toBe('[projects."/workspaces/a"]\ntrust_level = "trusted"\n');
  expect(withTrust(made, "/workspaces/a", "trusted")).toBe(made);
  const other = `model = "m"\n\n${made}\n[tui]\nx = 1\n`;
  expect(withTrust(other, "/workspaces/a", "untrusted")).toBe(other.replace('"trusted"', '"untrusted"'));
  expect(withTrust("[tui]\nx = 1", "/b", "trusted")).toBe('[tui]\nx = 1\n\n[projects."/b"]\ntrust_level = "trusted"\n');
  expect(withTrust('[projects."/b"]\n[tui]\n', "/b", "trusted")).toBe(
    '[projects."/b"]\ntrust_level = "trusted"\n[tui]\n',
  );
});

test("what a repository's files start or grant is found, also where it is hidden", () => {
  const found = (path: string, text: string) => repository.read(new Map([[path, text]])).findings;
  const what = (path: string, text: string): string[] => found(path, text).map((one) => one.what);
  const config = ".codex/config.toml";
  expect(what(config, 'model = "m"\n[mcp_servers.x]\ncommand = "sh"\nargs = ["-c", "id"]\n[tui]\ny = 1\n')).toEqual([
    '{"command":"sh","args":["-c","id"]}',
  ]);
  for (const hidden of [
    'mcp_servers.x.command = "sh"',
    '"mcp_servers" = { x = { command = "sh" } }',
    '[ "mcp\\u005fservers".x ]\ncommand = "sh"',
  ])
    expect(found(config, hidden), hidden).toMatchObject([
      { where: `${config}: mcp_servers.x`, why: "a server that runs with the agent's rights" },
    ]);
  expect(what(config, '[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ncommand = "id"')).toEqual(["id"]);
  expect(what(config, 'model = "m"\nnotify = ["sh"]')).toEqual([]);
  expect(found(config, "new_switch = true\nat = 2026-01-01")).toMatchObject([
    { where: `${config}: new_switch`, what: "true", why: "a setting that cowork does not know" },
    { where: `${config}: at` },
  ]);
  // The program may read what this parser cannot, and a link leads elsewhere.
  for (const bad of ["[mcp_servers", 'a = 1\na = 2\n[mcp_servers.x]\ncommand = "sh"', ""])
    expect(what(config, bad), bad).toHaveLength(1);
  const hooks = '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"id"}]}]}}';
  expect(what(".codex/hooks.json", hooks)).toEqual(["id"]);
  expect(what(".codex/hooks.json", "no JSON")).toHaveLength(1);
  expect(what(".codex/rules/default.rules", 'prefix_rule(["rm"], "allow")')).toHaveLength(1);
  // The program reads those of the folder that it starts in, too.
  expect(found("sub/.codex/config.toml", "[mcp_servers.x]\n")).toMatchObject([
    { where: "sub/.codex/config.toml: mcp_servers.x" },
  ]);
});

test("its own record of a conversation", () => {
  const read = (payload: object) =>
    transcripts.read(JSON.stringify({ timestamp: "2026-01-01T00:00:00Z", type: "response_item", payload }));
  const message = (role: string, text: string) =>
    read({ type: "message", role, content: [{ type: "input_text", text }] });
  expect(message("user", "do it")?.outputs).toEqual([{ kind: "prompt", text: "do it" }]);
  expect(message("user", "<environment_context> …")).toBeUndefined();
  expect(message("assistant", "Done.")?.outputs).toEqual([{ kind: "text", text: "Done." }]);
  expect(message("developer", "be nice")).toBeUndefined();
  expect(read({ type: "custom_tool_call", call_id: "1", name: "exec", input: "x()" })?.outputs).toEqual([
    { kind: "tool", id: "1", name: "exec", input: { command: "x()" } },
  ]);
});
