import { describe, expect, test } from "vitest";
import { claudeApprovals } from "../../../src/agent/claude/approvals.ts";
import type { JsonObject } from "../../../src/contract/common.ts";

const request = (tool: string, input: JsonObject, more: JsonObject = {}): JsonObject => ({
  session_id: "s",
  cwd: "/w",
  tool_name: tool,
  tool_input: input,
  ...more,
});
const textOf = (tool: string, input: JsonObject): string | undefined =>
  claudeApprovals.read(request(tool, input))?.text;

describe("the text to decide on", () => {
  test.each<[string, JsonObject, string]>([
    ["Bash", { command: "ls\nrm -rf x", description: "List files" }, "ls\nrm -rf x"],
    ["Bash", { command: "ls", run_in_background: true }, "ls\nrun_in_background: true"],
    ["Bash", { command: "ls", dangerouslyDisableSandbox: true }, "ls\ndangerouslyDisableSandbox: true"],
    ["Write", { file_path: "/w/a", content: "one\ntwo\n" }, "/w/a\n+ one\n+ two"],
    ["Edit", { file_path: "/w/a", old_string: "x", new_string: "y\nz" }, "/w/a\n- x\n+ y\n+ z"],
    ["Edit", { file_path: "/w/a", old_string: "x", new_string: "", replace_all: true }, "/w/a\n- x\nreplace_all: true"],
    [
      "MultiEdit",
      { file_path: "/w/a", edits: [{ old_string: "x", new_string: "y", replace_all: true }] },
      "/w/a\n@@\n- x\n+ y\nreplace_all: true",
    ],
    ["NotebookEdit", { notebook_path: "/w/n", new_source: "p", cell_id: "c" }, "/w/n\n+ p\ncell_id: c"],
    [
      "ExitPlanMode",
      { plan: "# Do", planFilePath: "/p", allowedPrompts: [{ tool: "Bash" }] },
      '# Do\nallowedPrompts: [{"tool":"Bash"}]',
    ],
    ["ExitPlanMode", {}, ""],
    ["WebFetch", { url: "https://example.com/", prompt: "read" }, "url: https://example.com/\nprompt: read"],
    ["mcp__db__drop", { table: "t", options: { force: true } }, 'table: t\noptions: {"force":true}'],
    ["Write", { file_path: "/w/a", content: 7 }, "/w/a\ncontent: 7"],
  ])("of %s %j has every field", (tool, input, text) => {
    expect(textOf(tool, input)).toBe(text);
  });
});

describe("rules for always", () => {
  const rulesOf = (tool: string, input: JsonObject, suggestions?: JsonObject[]): string[] | undefined =>
    claudeApprovals.read(request(tool, input, suggestions === undefined ? {} : { permission_suggestions: suggestions }))
      ?.rules;
  const add = (...rules: JsonObject[]): JsonObject => ({
    type: "addRules",
    rules,
    behavior: "allow",
    destination: "localSettings",
  });

  test("are the agent's own suggestions, without a change of mode or folders", () => {
    const mode = { type: "setMode", mode: "acceptEdits", destination: "session" };
    const folders = { type: "addDirectories", directories: ["/"], destination: "session" };
    const suggestions = [folders, add({ toolName: "Bash", ruleContent: "make *" }, { toolName: "Read" }), mode];
    expect(rulesOf("Bash", { command: "make x" }, suggestions)).toEqual(["Bash(make *)", "Read"]);
    expect(rulesOf("Bash", { command: "a; b" }, [mode, { ...add({ toolName: "Bash" }), behavior: "deny" }])).toEqual(
      [],
    );
  });

  test("are for exactly this call if it suggests none", () => {
    expect(rulesOf("Bash", { command: "touch x-1" })).toEqual(["Bash(touch x-1)"]);
    expect(rulesOf("WebFetch", { url: "https://example.com/a?b" })).toEqual(["WebFetch(domain:example.com)"]);
    expect(rulesOf("Write", { file_path: "/w/a.ts" })).toEqual(["Edit(//w/a.ts)"]);
    expect(rulesOf("mcp__db__drop", {})).toEqual(["mcp__db__drop"]);
  });

  test.each(["ls *", "a && b", "echo $X", "ls\nrm x", "a:*", "echo `x`", "a > b", "ls  x", "grün"])(
    "are not offered for the command %j, which means more in a rule or a shell",
    (command) => {
      expect(rulesOf("Bash", { command })).toEqual([]);
    },
  );

  test.each([
    [{ toolName: "Bash", ruleContent: "ls\u202e" }],
    [{ toolName: "Bash", ruleContent: "ls\nrm" }],
    [{ toolName: "Bash", ruleContent: "x".repeat(400) }],
    [{ toolName: "Bash) x" }],
    [{ toolName: 5 }],
    [{ toolName: "Bash", ruleContent: "\u3164" }],
  ])("are not offered if one cannot be read by a person: %j", (rule) => {
    expect(rulesOf("Bash", { command: "ls" }, [add(rule, { toolName: "Read" })])).toEqual([]);
  });
});

test("an answer always has the input that was shown, whatever else was decided", () => {
  const input = { command: "ls", extra: [1, { a: null }] };
  const said = claudeApprovals.answer(request("Bash", input), {
    decision: "allow",
    rules: ["Bash(ls (x))", "mcp__a__b"],
  });
  const rules = [{ toolName: "Bash", ruleContent: "ls (x)" }, { toolName: "mcp__a__b" }];
  const updatedPermissions = [{ type: "addRules", rules, behavior: "allow", destination: "session" }];
  const decision = { behavior: "allow", updatedInput: input, updatedPermissions };
  expect(said).toEqual({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision } });
});

test("a refusal without a message says that it was a person's", () => {
  const { hookSpecificOutput } = claudeApprovals.answer(request("Bash", {}), { decision: "deny" });
  expect(hookSpecificOutput).toMatchObject({
    decision: { behavior: "deny", message: expect.stringContaining("user") as string },
  });
});
