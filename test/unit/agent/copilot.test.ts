import { expect, test } from "vitest";
import { copilotApprovals } from "../../../src/agent/copilot/approvals.ts";
import { copilot } from "../../../src/agent/copilot/agent.ts";
import { parseConfig } from "../../../src/agent/copilot/config-file.ts";
import { isToken } from "../../../src/agent/copilot/credentials.ts";
import { sessionPolicy } from "../../../src/agent/copilot/policy.ts";
import { withTrust } from "../../../src/agent/copilot/prepare.ts";
import { repository } from "../../../src/agent/copilot/repository.ts";
import { readEvent, readStartError } from "../../../src/agent/copilot/run-output.ts";
import { runs } from "../../../src/agent/copilot/runs.ts";
import { states } from "../../../src/agent/copilot/states.ts";
import { loginIn } from "../../../src/agent/copilot/store.ts";
import { transcripts } from "../../../src/agent/copilot/transcripts.ts";
import type { RunAsk } from "../../../src/agent/at-work.ts";
import type { JsonObject } from "../../../src/contract/common.ts";
import { parseReport } from "../../../src/work/inbox/parse-report.ts";
import type { SessionRules } from "../../../src/contract/work/rules.ts";

// Inputs are what the real program wrote or sent, version 1.0.102, shortened.

const config = `// User settings belong in settings.json.
// This file is managed automatically.
{
  "authTokens": {
    "https://github.com:made-up:github": { "token": "gho_madeup0000000000" },
    "https://github.com:made-up": { "token": "gho_madeup0000000000" }
  },
  "lastLoggedInUser": { "host": "https://github.com", "login": "made-up" }
}`;

test("the token of the last login is read from the program's file, only of github.com", () => {
  expect(loginIn(parseConfig(config))).toEqual({ account: "made-up", token: "gho_madeup0000000000" });
  expect(loginIn(parseConfig(config.replaceAll("github.com", "made-up.ghe.com")))).toBeUndefined();
  expect(loginIn(parseConfig(config.replaceAll("gho_madeup", "gho_\\nx")))).toBeUndefined();
  expect(loginIn({})).toBeUndefined();
  expect(parseConfig("// only a comment\n{ broken")).toEqual({});
});

test("tokens that the program takes", () => {
  expect(["gho_madeup0000000000", "ghu_madeup0000000000", "github_pat_madeup_000"].map(isToken)).toEqual([
    true,
    true,
    true,
  ]);
  expect(["ghp_madeup0000000000", "", "gho_a b", "gho_madeup0000000000\nx"].map(isToken)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test("the session's folder is trusted unless its repository was refused; other folders stay", () => {
  expect(withTrust({ trustedFolders: ["/other"] }, "/work", true)).toMatchObject({
    trustedFolders: ["/other", "/work"],
  });
  expect(withTrust({ trustedFolders: ["/work", "/other"], firstLaunchAt: "x" }, "/work", false)).toMatchObject({
    trustedFolders: ["/other"],
    firstLaunchAt: "x",
  });
});

const rules: Omit<SessionRules, "repository"> = { allow: [], deny: [], ask: [] };

test("only an agreement lets a repository's hooks run; ours are in the policy in any case", () => {
  const settings = (asked: "none" | "refused" | "agreed"): JsonObject =>
    JSON.parse(sessionPolicy({ ...rules, repository: asked })["managed-settings.json"]!) as JsonObject;
  expect([settings("none"), settings("refused"), settings("agreed")]).toEqual([
    { allowManagedHooksOnly: true },
    { allowManagedHooksOnly: true },
    {},
  ]);
  const hooks = sessionPolicy({ ...rules, repository: "agreed" })["policy.d/cowork.json"]!;
  expect(hooks).toContain("/opt/cowork/bin/agent-event agentStop");
  expect(hooks).toContain("/opt/cowork/bin/copilot-approve");
});

test("states, from what the hooks received", () => {
  const read = (event: string, input: JsonObject): unknown => states.read({ event, at: 0, input });
  const sessionId = "cac90231-a9b9-48d7-904b-432ac1f2636e";
  const bash = { sessionId, toolName: "bash", toolArgs: { command: "touch x1", description: "made up" } };
  expect(read("sessionStart", { sessionId, source: "new" })).toEqual({ state: "starting", conversation: sessionId });
  expect(read("userPromptSubmitted", { sessionId, prompt: "do it\nnow" })).toMatchObject({
    state: "working",
    detail: "do it",
  });
  expect(read("preToolUse", bash)).toMatchObject({ state: "working", tool: "bash", detail: "bash: touch x1" });
  // Also sent for what is then allowed without a person.
  expect(read("permissionRequest", { ...bash, toolInput: { command: "ls" } })).toMatchObject({ state: "working" });
  const asked = { sessionId, message: "Run command: touch x9", notification_type: "permission_prompt" };
  expect(read("notification", asked)).toMatchObject({
    state: "waiting",
    for: "approval",
    detail: "Run command: touch x9",
  });
  expect(read("notification", { ...asked, notification_type: "agent_idle" })).toBeUndefined();
  expect(read("postToolUse", bash)).toMatchObject({ state: "working" });
  expect(read("agentStop", { sessionId, stopReason: "end_turn" })).toMatchObject({ state: "idle" });
  expect(read("sessionEnd", { sessionId, reason: "complete" })).toMatchObject({ state: "ended" });
  expect(read("errorOccurred", { sessionId, recoverable: true, error: { message: "again" } })).toBeUndefined();
  expect(read("errorOccurred", { sessionId, error: { message: "made up" } })).toMatchObject({
    state: "failed",
    detail: "made up",
  });
  expect(read("other", { sessionId })).toBeUndefined();
  expect(states.read({ event: "agentStop", at: 0, input: undefined })).toEqual({ state: "idle" });
});

test("a report whose event has a small first letter is read", () => {
  const report = parseReport(Buffer.from('sessionEnd\n{"sessionId":"cac90231","reason":"complete"}'), 1);
  expect(report === undefined ? undefined : states.read(report)).toEqual({ state: "ended", conversation: "cac90231" });
});

const ask: RunAsk = {
  prompt: "hi",
  conversation: "11111111-2222-4333-8444-555555555555",
  resume: false,
  mode: "ask",
  readOnly: false,
  strictMcp: false,
};

test("arguments of runs", () => {
  const conversation = `--session-id=${ask.conversation}`;
  expect(runs.args(ask)).toEqual(["--output-format=json", "--no-ask-user", conversation]);
  expect(runs.args({ ...ask, mode: "edits" })).toContain("--allow-tool=write");
  expect(runs.args({ ...ask, mode: "all", model: "gpt-5.4" })).toEqual(
    expect.arrayContaining(["--allow-all", "--model=gpt-5.4"]),
  );
  for (const one of [
    { ...ask, mode: "edits", readOnly: true },
    { ...ask, mode: "plan" },
  ] as const)
    expect(runs.args(one)).toEqual(["--output-format=json", "--no-ask-user", conversation, "--deny-tool=write"]);
  expect(runs.args({ ...ask, resume: true })).toContain(`--resume=${ask.conversation}`);
  expect(runs.priced).toBe(false);
});

test("events of a run, in common terms", () => {
  const event = (type: string, data: object, rest: object = {}): unknown => readEvent({ type, data, ...rest });
  expect(event("user.message", { content: "hi" })).toEqual([{ kind: "prompt", text: "hi" }]);
  expect(event("assistant.message", { content: "done" })).toEqual([{ kind: "text", text: "done" }]);
  expect(event("assistant.message", { content: "", toolRequests: [] })).toEqual([]);
  const start = { toolCallId: "c1", toolName: "bash", arguments: { command: "ls" } };
  expect(event("tool.execution_start", start)).toEqual([
    { kind: "tool", id: "c1", name: "bash", input: { command: "ls" } },
  ]);
  expect(event("tool.execution_complete", { toolCallId: "c1", success: true, result: { content: "one" } })).toEqual([
    { kind: "tool-result", id: "c1", failed: false, text: "one" },
  ]);
  const error = { message: "Permission denied", code: "denied" };
  expect(event("tool.execution_complete", { toolCallId: "c1", success: false, error })).toEqual([
    { kind: "denied", tool: "", message: "Permission denied" },
    { kind: "tool-result", id: "c1", failed: true, text: "Permission denied" },
  ]);
  expect(readEvent({ type: "result", exitCode: 0, usage: { sessionDurationMs: 850 } })).toMatchObject([
    { kind: "result", outcome: "completed", durationMs: 850, cost: 0 },
  ]);
  // The error before it is the result.
  expect(readEvent({ type: "result", exitCode: 1 })).toEqual([]);
  expect([readEvent(undefined), readEvent([]), readEvent({ type: "session.start" })]).toEqual([
    [],
    [],
    [{ kind: "started", conversation: "" }],
  ]);
});

test.each([
  [{ errorType: "authorization", statusCode: 401, message: "expired" }, "login"],
  [{ errorType: "quota", statusCode: 402, message: "made up" }, "limit"],
  [{ errorType: "rate_limit", statusCode: 429, message: "made up" }, "limit"],
  [{ errorType: "query", statusCode: 500, message: "made up" }, "error"],
])("an error that ends a run: %o", (data, outcome) => {
  const detail = `${data.message} (${String(data.statusCode)})`;
  expect(readEvent({ type: "session.error", data })).toMatchObject([{ kind: "result", outcome, detail }]);
});

test("a program that cannot start prints text: a login that GitHub refuses, and a GitHub that is out of reach", () => {
  const start = "Error: Authentication token found but could not be validated.\n\n  ";
  const end = "\n\nTo authenticate, you can use any of the following methods:\n  • Run 'gh auth login'";
  const refused = `${start}Failed to fetch PAT user login (401): GitHub returned: Bad credentials${end}`;
  expect(readStartError(refused)).toMatchObject({ outcome: "login", detail: expect.stringContaining("(401)") });
  const away = `${start}Failed to fetch PAT user login: network fetch failed: request failed${end}`;
  expect(readStartError(away)).toMatchObject({ outcome: "error", detail: expect.stringContaining("network") });
  expect(readStartError(`Error: No authentication information found.${end}`)).toMatchObject({ outcome: "login" });
  const later = `Error: Authentication failed\n\nYour GitHub token may be invalid, expired, or lacking permissions.${end}`;
  expect(readStartError(later)).toMatchObject({
    outcome: "login",
    detail: expect.stringContaining("invalid, expired"),
  });
  expect(readStartError("Segmentation fault")).toBeUndefined();
});

test("requests for approval, and answers", () => {
  const request = { hookName: "permissionRequest", cwd: "/work", toolName: "bash", toolInput: { command: "touch x" } };
  expect(copilotApprovals.read(request)).toMatchObject({ kind: "approval", tool: "bash", text: "touch x", rules: [] });
  const other = { ...request, toolInput: { command: "touch x", path: "/etc" } };
  expect(copilotApprovals.read(other)?.text).toContain("/etc");
  expect(copilotApprovals.read({ ...request, toolInput: "x" })).toBeUndefined();
  expect(copilotApprovals.answer(request, { decision: "allow" })).toEqual({ behavior: "allow" });
  expect(copilotApprovals.answer(request, { decision: "deny", message: "no" })).toEqual({
    behavior: "deny",
    message: "no",
  });
});

test("what a repository asks for: hooks in any file of their folder, servers, settings that run something", () => {
  const contents = new Map([
    [".github/hooks/a.json", '{"version":1,"hooks":{"preToolUse":[{"type":"command","bash":"./check"}]}}'],
    [".claude/settings.json", '{"hooks":{"Stop":[{"hooks":[{"type":"command","command":"make end"}]}]}}'],
    [".github/copilot/settings.json", '{"statusLine":{"command":"./line"},"theme":"dim","made-up":1}'],
    ["part/.mcp.json", '{"mcpServers":{"db":{"command":"npx","args":["db"]}}}'],
    [".vscode/mcp.json", '{"servers":{"web":{"url":"https://made-up.example"}}}'],
    [".github/hooks/b.json", "not JSON"],
  ]);
  expect(repository.read(contents).findings.map(({ where, what }) => `${where} ${what}`)).toEqual([
    ".github/hooks/a.json: hooks.preToolUse ./check",
    ".claude/settings.json: hooks.Stop make end",
    '.github/copilot/settings.json: statusLine {"command":"./line"}',
    ".github/copilot/settings.json: made-up 1",
    "part/.mcp.json: db npx db",
    ".vscode/mcp.json: web https://made-up.example",
    ".github/hooks/b.json a file that is not valid JSON",
  ]);
  expect(repository.folders).toEqual([{ path: ".github/hooks", ext: ".json" }]);
});

test("a line of the file that the program keeps of a conversation", () => {
  const line = '{"type":"assistant.message","data":{"content":"done"},"timestamp":"2026-11-29T06:08:36.178Z"}';
  const at = Date.parse("2026-11-29T06:08:36.178Z");
  expect(transcripts.read(line)).toEqual({ at, outputs: [{ kind: "text", text: "done" }] });
  expect([transcripts.read("x"), transcripts.read("{"), transcripts.read('{"type":"hook.start"}')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("packages: one program for each processor, which needs the C++ library; none for musl, with the reason", () => {
  const name = (variant: Parameters<typeof copilot.install.package>[0]): unknown =>
    copilot.install.package(variant, "1.0.102");
  expect(name("linux-x64")).toMatchObject({ name: "@github/copilot-linux-x64", keep: ["copilot"] });
  expect(name("linux-arm64")).toMatchObject({
    name: "@github/copilot-linux-arm64",
    needs: [{ library: "libstdc++.so.6" }, { library: "libgcc_s.so.1" }],
  });
  expect(name("linux-arm64-musl")).toEqual({ unavailable: expect.stringContaining("glibc") });
});
