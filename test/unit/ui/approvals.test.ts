import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { labelsFor } from "../../../src/app/work/choices.ts";
import { renderCard } from "../../../src/ui/agents/approval-card.ts";
import { askApproval, type CardAnswer } from "../../../src/ui/agents/approval-question.ts";
import { renderApprovals } from "../../../src/ui/agents/approval-list.ts";
import { createStyle } from "../../../src/ui/terminal/style.ts";
import { approvalView } from "../../support/fakes/approval-view.ts";
import { someTime } from "../../support/fakes/fake-host.ts";
import { fakeTerminal } from "../../support/fakes/fake-terminal.ts";

const plainStyle = createStyle(false);
const card = { now: someTime, width: 80, style: plainStyle };

describe("the card", () => {
  test("shows the whole request, how much there is of it, and the keys", () => {
    const one = approvalView({ run: "api:2" });
    expect(renderCard(one, { ...card, place: { n: 1, of: 2 } })).toBe(
      [
        "api · shop · run api:2 · asked 2 min ago · id q7f   1 of 2 · Ctrl-C answers none",
        "  Bash wants to run, as dev in /workspaces/shop-api:",
        "  │ npm publish --dry-run",
        "  Whole text shown: 1 line, 21 bytes, no hidden characters.",
        "  y yes, once   n no   m no, because…   r always: show rule   o open   ⏎ skip",
      ].join("\n"),
    );
  });

  test("every line of the text starts with a bar, long ones go on behind another one, and nothing is cut", () => {
    const long = `echo ${"x".repeat(200)}   y yes, once`;
    const text = `${long}\n\ty yes, once\nlast`;
    const shown = renderCard(approvalView({ text }), card).split("\n");
    const body = shown.slice(2, -1);
    expect(body.every((line) => /^ {2}[│┊] /u.test(line) && line.length <= 80)).toBe(true);
    const joined = body.map((line) => (line.startsWith("  │") ? `\n${line.slice(4)}` : line.slice(4))).join("");
    expect(joined).toBe(`\n${text.replace("\t", "    ")}`);
  });

  test("warns of hidden characters", () => {
    const shown = renderCard(approvalView({ text: "ls<U+202E>", hidden: true }), card);
    expect(shown).toContain("It has hidden characters");
    expect(shown).not.toContain("no hidden");
  });

  test("offers a rule only if there is one", () => {
    expect(renderCard(approvalView({ rules: [] }), { ...card, place: { n: 1, of: 1 } })).not.toContain("always");
  });

  test.each([
    ["plan" as const, /carry out this plan:[^]*m ask for changes/],
    ["answer" as const, /The agent asks:[^]*number answer/],
  ])("of a %s has its own keys", (kind, pattern) => {
    expect(renderCard(approvalView({ kind }), { ...card, place: { n: 1, of: 1 } })).toMatch(pattern);
  });
});

test("the list has one line for each request", () => {
  const plan = { kind: "plan" } as const;
  const all = [
    approvalView(),
    approvalView({ ...plan, id: "r3k", text: "# Split\nmore" }),
    approvalView({ ...plan, id: "r4k", text: "" }),
    approvalView({ ...plan, id: "r5k", text: "\n  \n# Later" }),
  ];
  expect(renderApprovals(all, card)).toBe(
    [
      "ID   SESSION  ASKED      WHAT",
      "q7f  api      2 min ago  Bash: npm publish --dry-run",
      "r3k  api      2 min ago  plan: # Split",
      "r4k  api      2 min ago  plan (empty)",
      "r5k  api      2 min ago  plan: # Later",
    ].join("\n"),
  );
});

describe("keys", () => {
  type Given = CardAnswer | "skip" | "open" | "stop";
  const options = [
    { label: "Red", description: "" },
    { label: "Blue", description: "" },
  ];

  /** Sends keys, each once the prompt that is expected has appeared. */
  async function press(
    one: ReturnType<typeof approvalView>,
    ...keys: string[]
  ): Promise<{ given: Given; shown: string }> {
    const terminal = fakeTerminal({ columns: 80 });
    const readChoice = (question: Parameters<typeof labelsFor>[0], typed: string): string[] =>
      labelsFor(question, typed, one.id);
    const answer = askApproval(terminal, one, { signal: new AbortController().signal, readChoice });
    let prompts = 0;
    for (const text of keys) {
      prompts += 1;
      await expect.poll(() => terminal.written().stderr.split("›").length - 1).toBeGreaterThanOrEqual(prompts);
      for (const key of text) {
        terminal.type(key);
        await delay(1);
      }
    }
    return { given: await answer, shown: terminal.written().stderr };
  }

  test.each<[string[], Given]>([
    [["y\r"], { decision: "allow" }],
    [["n\r"], { decision: "deny" }],
    [["\r"], "skip"],
    [["o\r"], "open"],
    [["\u0003"], "stop"],
    [["m\r", "not now\r"], { decision: "deny", message: "not now" }],
    [["m\r", "\u0003"], "stop"],
    [["r\r", "y\r"], { decision: "allow", always: ["Bash(npm publish *)"] }],
    [["r\r", "\r", "n\r"], { decision: "deny" }],
    [["yes\r", "n\r"], { decision: "deny" }],
    [["yx\u007f\r"], { decision: "allow" }],
    [["Y\r", "1\r", "\r"], "skip"],
  ])("%j give %j", async (keys, given) => {
    expect((await press(approvalView(), ...keys)).given).toEqual(given);
  });

  test("the rule is shown before it can be confirmed", async () => {
    const { shown } = await press(approvalView(), "r\r", "\r", "\r");
    expect(shown).toMatch(/without asking:\n {2}│ Bash\(npm publish \*\)\n[^]*y yes, always/);
  });

  test("without a rule, r answers nothing", async () => {
    expect((await press(approvalView({ rules: [] }), "r\r", "\r")).given).toBe("skip");
  });

  test.each<[string[], Given]>([
    [["2\r", "1,2\r"], { decision: "allow", choices: [["Blue"], ["Red", "Blue"]] }],
    [["Red\r", "Blue\r"], { decision: "allow", choices: [["Red"], ["Blue"]] }],
    [["3\r", "n\r"], { decision: "deny" }],
    [["y\r", "\r"], "skip"],
  ])("a question is answered with %j: %j", async (keys, given) => {
    const questions = [
      { question: "Which?", header: "Which", multiple: false, options },
      { question: "And?", header: "And", multiple: true, options },
    ];
    expect((await press(approvalView({ kind: "answer", rules: [], questions }), ...keys)).given).toEqual(given);
  });

  test("what was typed before the prompt, and pasted lines, answer nothing", async () => {
    const terminal = fakeTerminal({ columns: 80 });
    terminal.type("y\r");
    const signal = new AbortController().signal;
    const answer = askApproval(terminal, approvalView(), { signal, readChoice: () => [] });
    await expect.poll(() => terminal.written().stderr).toContain("›");
    terminal.type("y\ry\rplease\r");
    await expect.poll(() => terminal.written().stderr).toContain("please");
    terminal.type("\r");
    await expect.poll(() => terminal.written().stderr).toContain("cannot be answered");
    await expect.poll(() => terminal.written().stderr.split("›").length).toBe(3);
    terminal.type("\r");
    expect(await answer).toBe("skip");
  });

  test("the question ends when the request was decided elsewhere", async () => {
    const over = new AbortController();
    const terminal = fakeTerminal({ columns: 80 });
    const answer = askApproval(terminal, approvalView(), { signal: over.signal, readChoice: () => [] });
    over.abort(new Error("decided elsewhere"));
    await expect(answer).rejects.toThrow("decided elsewhere");
  });
});
