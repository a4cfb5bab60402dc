import { describe, expect, test } from "vitest";
import type { ApprovalAnswer, ApprovalView } from "../../../src/contract/work/approval.ts";
import { CoworkError } from "../../../src/errors.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import { approvalView } from "../../support/fakes/approval-view.ts";
import { runCommandLine as run } from "../../support/home/run-command-line.ts";

const options = [
  { label: "Red", description: "" },
  { label: "Blue", description: "" },
];
const question = approvalView({
  id: "r3k",
  kind: "answer",
  tool: "AskUserQuestion",
  rules: [],
  questions: [{ question: "Which?", header: "", multiple: false, options }],
});

function host(...open: ApprovalView[]): Partial<SessionHost> {
  const of = (id: string): ApprovalView => open.find((one) => one.id === id)!;
  return {
    approvals: async () => open,
    approvalShown: async (_selector, { id }) => ({ ...of(id), shownAt: "2026-03-01T12:00:00.000Z" }),
    approvalAnswer: async (_selector, { id, decision, always, by, through }) => ({
      ...of(id),
      state: "answered",
      answer: { decision, always: always !== undefined, by, through, at: "2026-03-01T12:00:00.000Z" },
    }),
  };
}

const answersIn = (calls: [string, ...unknown[]][]): [unknown, ApprovalAnswer][] =>
  calls
    .filter(([name]) => name.endsWith("approvalAnswer"))
    .map(([, selector, answer]) => [selector, answer as ApprovalAnswer]);

test("approvals --json is the list, and nothing counts as shown", async () => {
  const result = await run("approvals --json", { answers: host(approvalView(), question) });
  const { approvals } = JSON.parse(result.stdout) as { approvals: ApprovalView[] };
  expect(approvals.map(({ id }) => id)).toEqual(["q7f", "r3k"]);
  expect(result.calls.map(([name]) => name)).toEqual(["approvals"]);
});

test("approvals without a terminal is a table, and says if there is none", async () => {
  expect((await run("approvals", { answers: host(approvalView()) })).stdout).toMatch(/^ID .*\nq7f .*npm publish/);
  const none = await run("approvals", { answers: host() });
  expect([none.code, none.stdout, none.stderr]).toEqual([0, "", "No agent waits for an answer.\n"]);
});

test("approvals on a terminal shows the card, records that, and answers nothing when the terminal is gone", async () => {
  const result = await run("approvals", { answers: host(approvalView()), columns: 100 });
  expect(result.code).toBe(130);
  expect(result.stderr).toContain("│ npm publish --dry-run");
  const shown = result.calls.find(([name]) => name === "approvalShown");
  expect(shown?.[2]).toMatchObject({ id: "q7f", digest: approvalView().digest, by: "person", through: "terminal" });
  expect(answersIn(result.calls)).toEqual([]);
});

describe("approve", () => {
  test("answers by id what the list showed, as the user, through the command", async () => {
    const result = await run("approve q7f", { answers: host(approvalView(), question) });
    expect([result.code, result.stdout]).toEqual([0, "Allowed Bash in api (q7f).\n"]);
    const given = { id: "q7f", digest: approvalView().digest, decision: "allow", by: "person", through: "command" };
    expect(answersIn(result.calls)).toEqual([[{ names: ["shop-api"] }, given]]);
  });

  test("finds the id on another host, and answers there", async () => {
    const remotes = { box: host(approvalView({ host: "box" })) };
    const result = await run("approve q7f", { answers: host(), remotes });
    expect(result.code).toBe(0);
    expect(result.calls.map(([name]) => name)).toContain("box approvalAnswer");
  });

  test("does not guess if two hosts have the id", async () => {
    const remotes = { box: host(approvalView({ host: "box" })) };
    const result = await run("approve q7f", { answers: host(approvalView()), remotes });
    expect([result.code, answersIn(result.calls)]).toEqual([2, []]);
    const chosen = await run("--host box approve q7f", { answers: host(approvalView()), remotes });
    expect(chosen.calls.map(([name]) => name)).toEqual(["box approvals", "box approvalAnswer"]);
  });

  test("an id that is not open answers nothing", async () => {
    const result = await run("approve z9z --json", { answers: host(approvalView()) });
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: "APPROVAL_NOT_FOUND" } });
  });

  test("--always prints the rules, and sends exactly those", async () => {
    const result = await run("approve q7f --always", { answers: host(approvalView()) });
    expect(result.stderr).toContain("without asking:\n  Bash(npm publish *)\n");
    expect(answersIn(result.calls)[0]?.[1].always).toEqual(["Bash(npm publish *)"]);
    const none = await run("approve q7f --always", { answers: host(approvalView({ rules: [] })) });
    expect([none.code, answersIn(none.calls)]).toEqual([2, []]);
  });

  test.each([
    ["approve r3k Blue", [["Blue"]]],
    ["approve r3k 1", [["Red"]]],
  ])("cowork %s chooses %j", async (line, choices) => {
    const result = await run(line, { answers: host(question) });
    expect(answersIn(result.calls)[0]?.[1].choices).toEqual(choices);
  });

  test.each(["approve r3k Green", "approve q7f Red"])("cowork %s is refused", async (line) => {
    const result = await run(line, { answers: host(question, approvalView()) });
    expect([result.code, answersIn(result.calls)]).toEqual([2, []]);
  });
});

describe("by a session's name", () => {
  test("what was not shown is printed, recorded as shown, and not answered", async () => {
    const result = await run("approve api", { answers: host(approvalView()), conf: "SESSIONS=api\n" });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("│ npm publish --dry-run");
    expect(result.stderr).toContain("Next: cowork approve api");
    expect(result.calls.map(([name]) => name)).toEqual(["approvals", "approvalShown"]);
  });

  test("what was shown is answered", async () => {
    const open = approvalView({ shownAt: "2026-03-01T11:59:00.000Z" });
    const result = await run(["deny", "api", "--message", "not now"], { answers: host(open), conf: "SESSIONS=api\n" });
    expect(result.stdout).toBe("Denied Bash in api (q7f).\n");
    expect(answersIn(result.calls)[0]?.[1]).toMatchObject({ decision: "deny", message: "not now" });
  });

  test.each([
    ["two requests", [approvalView({ shownAt: "x" }), approvalView({ id: "b2c", shownAt: "x" })], 2],
    ["none", [], 1],
  ])("with %s nothing is answered", async (_name, open, code) => {
    const result = await run("approve api", { answers: host(...open), conf: "SESSIONS=api\n" });
    expect([result.code, answersIn(result.calls)]).toEqual([code, []]);
  });

  test("a name that is an id of another session's request as well is refused", async () => {
    const open = [approvalView({ shownAt: "x" }), approvalView({ id: "b2c", session: "q7f", shownAt: "x" })];
    const result = await run("approve q7f", { answers: host(...open), conf: "SESSIONS=q7f\n" });
    expect([result.code, answersIn(result.calls)]).toEqual([2, []]);
  });
});

test("a word that is neither an approval nor a session creates no session", async () => {
  const missing = new CoworkError("SESSION_NOT_FOUND", "Session nope in project app does not exist.");
  const approvals: SessionHost["approvals"] = async ({ names }) => {
    if (names !== undefined) throw missing;
    return [approvalView()];
  };
  for (const word of ["nope", "q9z"]) {
    const { code, stdout } = await run(`approve ${word} --json`, { answers: { approvals } });
    const { error } = JSON.parse(stdout) as { error: { code: string; hint: string } };
    expect([code, error.code, error.hint]).toEqual([1, "APPROVAL_NOT_FOUND", "cowork approvals"]);
  }
});
