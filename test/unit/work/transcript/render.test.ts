import fc from "fast-check";
import { expect, test } from "vitest";
import { renderOutput, type TranscriptOutput } from "../../../../src/work/transcript/render.ts";
import { renderQuestion, renderRunState } from "../../../../src/work/transcript/render-question.ts";
import { runView } from "../../../support/fakes/run-view.ts";

const tool = (input: Record<string, string | number>): TranscriptOutput => ({
  kind: "tool",
  id: "1",
  name: "Bash",
  input,
});

test("text is whole, a tool call is one line, and of its result only the first lines are shown", () => {
  expect(renderOutput({ kind: "text", text: "\nFirst.\n\n  Second.\n" })).toEqual(["First.", "", "  Second."]);
  expect(renderOutput(tool({ description: "d", command: "make test" }))).toEqual(["● Bash  make test"]);
  expect(renderOutput(tool({ command: "a\nb\nc" }))).toEqual(["● Bash  a … (2 more lines)"]);
  expect(renderOutput(tool({ answer: 42, other: "x" }))).toEqual(["● Bash  answer=42 other=x"]);
  const result = (text: string, failed: boolean): string[] =>
    renderOutput({ kind: "tool-result", id: "1", failed, text });
  expect(result("1\n2\n3\n4\n5\n", false)).toEqual(["  ⎿ 1", "    2", "    3", "    … (2 more lines)"]);
  expect(result("no such file", true)).toEqual(["  ✗ no such file"]);
  expect([result("", true), result("", false)]).toEqual([["  ✗ failed"], []]);
});

test("what a subagent does is indented, and a prompt is marked", () => {
  expect(renderOutput({ kind: "text", text: "a\nb", subagent: "t1" })).toEqual(["  │ a", "  │ b"]);
  expect(renderOutput({ kind: "prompt", text: "do it\nnow" })).toEqual(["> do it", "  now"]);
});

test("the end, limits, denials and retries are one line each", () => {
  const result = { kind: "result", outcome: "completed", text: "", cost: 0.415, turns: 1 } as const;
  const more = { tokens: { input: 1, output: 1 }, denials: 0, durationMs: 1 };
  expect(renderOutput({ ...result, ...more })).toEqual(["── completed (1 turn, $0.41 at list prices)"]);
  expect(renderOutput({ ...result, ...more, outcome: "error", detail: "API Error: 529", turns: 3, cost: 0 })).toEqual([
    "── error: API Error: 529 (3 turns)",
  ]);
  expect(renderOutput({ kind: "limit", rejected: false, detail: "five_hour" })).toEqual([]);
  const until = Date.parse("2026-03-01T15:22:00Z");
  expect(renderOutput({ kind: "limit", rejected: true, until, detail: "five_hour" })).toEqual([
    "… usage limit reached until 2026-03-01 15:22 UTC (five_hour)",
  ]);
  expect(renderOutput({ kind: "limit", rejected: true, until: 9e20, detail: "" })[0]).toContain("until ?");
  expect(renderOutput({ kind: "denied", tool: "Bash", message: "no" })).toEqual(["  ✗ denied: Bash: no"]);
  expect(renderOutput({ kind: "retry", attempt: 2, delayMs: 4000, detail: "529" })).toEqual([
    "… tries again in 4 s (attempt 2): 529",
  ]);
});

test("nothing that a container writes controls the terminal, and only texts are long", () => {
  const text = fc.string({ unit: "binary", maxLength: 300 });
  const outputs = fc.oneof(
    text.map((one): TranscriptOutput => ({ kind: "text", text: `\u001b]0;x\u0007${one}\u202e` })),
    text.map((one): TranscriptOutput => ({ kind: "prompt", text: one })),
    text.map((one): TranscriptOutput => ({ kind: "tool-result", id: one, failed: true, text: one.repeat(50) })),
    fc.tuple(text, text).map(([name, value]): TranscriptOutput => tool({ [name]: value, command: value })),
    text.map((one): TranscriptOutput => ({ kind: "denied", tool: one, message: one })),
    text.map((one): TranscriptOutput => ({ kind: "limit", rejected: true, until: 1, detail: one })),
  );
  fc.assert(
    fc.property(outputs, (output) => {
      const lines = renderOutput(output);
      expect(lines.join("").replaceAll("\t", "")).not.toMatch(/\p{Cc}|\p{Cf}/u);
      const isLong = output.kind === "text" || output.kind === "prompt";
      expect(isLong || (lines.length <= 4 && lines.every((line) => line.length < 260))).toBe(true);
    }),
  );
});

test("a question is cut, and says how to answer it", () => {
  const text = Array.from({ length: 30 }, (_, i) => `line ${i}`).join("\n");
  const lines = renderQuestion({ id: "q7f", kind: "approval", tool: "Bash", text } as Parameters<
    typeof renderQuestion
  >[0]);
  expect(lines[0]).toBe("? waits for approval for Bash (q7f)");
  expect(lines.slice(-2)).toEqual(["  … (20 more lines)", "  Next: cowork approvals"]);
});

test("a run that works has no line of its own, others say why", () => {
  expect(renderRunState(runView({ state: "running" }))).toBeUndefined();
  expect(renderRunState(runView({ state: "stopped", reason: "budget", detail: "$25.10" }))).toBe(
    "── run a:1 stopped (budget: $25.10)",
  );
});

test("a prompt is shown from its beginning, and a long one says how much more there is", () => {
  expect(renderOutput({ kind: "prompt", text: "add it\n  and test it\n" })).toEqual(["> add it", "    and test it"]);
  const lines = renderOutput({ kind: "prompt", text: Array.from({ length: 43 }, (_, n) => `line ${n}`).join("\n") });
  expect(lines.slice(-2)).toEqual(["  line 39", "  … (3 more lines)"]);
});
