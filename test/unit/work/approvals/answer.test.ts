import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../src/contract/common.ts";
import { runView } from "../../../support/fakes/run-view.ts";
import { writeRun } from "../../../../src/work/runs/run-files.ts";
import { answerRequest } from "../../../../src/work/approvals/answer.ts";
import { emptyAnswers, putAnswer } from "../../../../src/work/approvals/answers.ts";
import { markRequestShown } from "../../../../src/work/approvals/shown.ts";
import { readOne, writeOpen } from "../../../../src/work/approvals/store.ts";
import { allow, askingSession, bash, conversation, swap } from "../../../support/fakes/asking-session.ts";
import { ensureFolder } from "../../../../src/system/files/files.ts";

function decisionIn(printed: string): JsonObject {
  const { hookSpecificOutput } = JSON.parse(printed) as { hookSpecificOutput: { decision: JsonObject } };
  return hookSpecificOutput.decision;
}

describe("an answer", () => {
  test("is printed by the hook, with the input that was shown, and says on record who gave it", async () => {
    const session = await askingSession();
    const hook = await session.ask(bash("npm publish"));
    const open = await session.open();
    expect(open).toMatchObject({ kind: "approval", tool: "Bash", text: "npm publish", session: "api", user: "dev" });
    expect(open.id).toMatch(/^[a-z][0-9][a-z0-9]+$/);
    const answered = await answerRequest(session.ctx, session.place, allow(open));
    expect(answered).toMatchObject({ state: "answered", answer: { decision: "allow", by: "ada", through: "command" } });
    const updatedInput = { command: "npm publish", description: "d" };
    expect(decisionIn(await hook.printed)).toEqual({ behavior: "allow", updatedInput });
    expect(await session.list()).toEqual([]);
    const [event] = await session.history("approval.answered");
    expect(event).toMatchObject({ source: "person", data: { decision: "allow", by: "ada", through: "command" } });
    expect(event?.data["digest"]).toBe(open.digest);
    expect((await session.history()).map(({ type }) => type)).toEqual(["approval.asked", "approval.answered"]);
  });

  test("to deny tells the agent the message", async () => {
    const session = await askingSession();
    const hook = await session.ask();
    await answerRequest(session.ctx, session.place, allow(await session.open(), { decision: "deny", message: "no" }));
    expect(decisionIn(await hook.printed)).toEqual({ behavior: "deny", message: "no" });
  });

  test("counts once: a second one is refused and names the first", async () => {
    const session = await askingSession();
    const hook = await session.ask();
    const open = await session.open();
    const both = [allow(open), allow(open, { decision: "deny", by: "bob" })].map(
      async (answer) => await answerRequest(session.ctx, session.place, answer).then(() => "given", String),
    );
    const results = await Promise.all(both);
    expect(results.filter((one) => one === "given")).toHaveLength(1);
    const first = results[0] === "given" ? "ada allowed it through the command" : "bob denied it through the command";
    expect(results.find((one) => one !== "given")).toContain(first);
    expect(decisionIn(await hook.printed)["behavior"]).toBe(results[0] === "given" ? "allow" : "deny");
  });

  test("in the container's folder is never replaced", async () => {
    const session = await askingSession();
    const uuid = "00000000-0000-4000-8000-000000000000";
    expect(await putAnswer(session.ctx, "shop-api", uuid, "first")).toBe(true);
    expect(await putAnswer(session.ctx, "shop-api", uuid, "second")).toBe(false);
    expect(await readFile(join(session.answers, uuid), "utf8")).toBe("first");
    expect(await readdir(session.answers)).toEqual([uuid]);
    expect((await stat(join(session.answers, uuid))).mode & 0o777).toBe(0o644);
  });

  test("for another text, another id or a guessed one reaches no hook", async () => {
    const session = await askingSession();
    await session.ask(bash("ls"));
    const first = await session.open();
    const digest = "0".repeat(64);
    const other = answerRequest(session.ctx, session.place, allow({ ...first, digest }));
    await expect(other).rejects.toMatchObject({ code: "APPROVAL_CHANGED" });
    for (const id of ["z9z", "../../x", "", first.id.toUpperCase()]) {
      const guessed = answerRequest(session.ctx, session.place, allow({ ...first, id }));
      await expect(guessed).rejects.toMatchObject({ code: "APPROVAL_NOT_FOUND" });
    }
    expect((await readdir(session.answers)).filter((name) => name !== "heartbeat")).toEqual([]);
  });

  test("given to one request is nothing for another one", async () => {
    const session = await askingSession();
    const [a, b] = [await session.ask(bash("ls a")), await session.ask(bash("rm b"))];
    const forA = (await session.list()).find(({ text }) => text === "ls a")!;
    await answerRequest(session.ctx, session.place, allow(forA));
    expect(decisionIn(await a.printed)["behavior"]).toBe("allow");
    // Even if the host had put it there: the checksum is that of the other request.
    await putAnswer(session.ctx, "shop-api", b.uuid, await readFile(join(session.answers, a.uuid), "utf8"));
    expect(await b.printed).toBe("");
  });

  test("is worthless if the request was swapped before the host saw it", async () => {
    const session = await askingSession();
    const hook = await session.ask(bash("rm -rf /"));
    await swap(hook.file, `${JSON.stringify(bash("ls"))}\n`);
    const open = await session.open();
    expect(open.text).toBe("ls");
    await answerRequest(session.ctx, session.place, allow(open));
    expect(await hook.printed).toBe("");
  });

  test("has the text that was seen first if the request is swapped later, which is reported once", async () => {
    const session = await askingSession();
    const hook = await session.ask(bash("ls"));
    const open = await session.open();
    await swap(hook.file, `${JSON.stringify(bash("rm -rf /"))}\n`);
    expect(await session.open()).toEqual(open);
    await session.list();
    expect(await session.history("event.dropped")).toHaveLength(1);
    await answerRequest(session.ctx, session.place, allow(open));
    expect(decisionIn(await hook.printed)["updatedInput"]).toMatchObject({ command: "ls" });
  });

  test("cannot be used again after the container was started again", async () => {
    const session = await askingSession();
    const hook = await session.ask(bash("ls"));
    const open = await session.open();
    const request = await readFile(hook.file, "utf8");
    hook.signal("SIGKILL");
    await hook.printed;
    await emptyAnswers(session.ctx, "shop-api");
    expect(await readdir(session.answers)).toEqual([]);
    expect(await readdir(session.asks)).toEqual([]);
    // A program in the container writes the old request again.
    await swap(hook.file, request);
    expect(await session.list()).toEqual([]);
    const again = answerRequest(session.ctx, session.place, allow(open));
    await expect(again).rejects.toThrow("the container was started again");
    expect(await readdir(session.answers)).toEqual([]);
  });

  test("that a crash interrupted is finished, or never happened", async () => {
    const session = await askingSession();
    await session.ask(bash("ls"));
    const open = await session.open();
    const answer = { by: "ada", through: "command", at: open.askedAt, decision: "allow" as const, rules: [] };
    const before = readOne(session.ctx, "shop-api", open.id)!;
    await writeOpen(session.ctx, "shop-api", { ...before, answer });
    const view = await session.open();
    expect(view).toMatchObject({ state: "open" });
    expect(view.answer).toBeUndefined();
    await putAnswer(session.ctx, "shop-api", before.uuid, `${open.digest}\n{}\n`);
    expect(await session.list()).toEqual([]);
    expect(readOne(session.ctx, "shop-api", open.id)).toMatchObject({ state: "answered", answer });
    expect(await session.history("approval.answered")).toHaveLength(1);
  });
});

describe("always", () => {
  const suggested = [
    {
      type: "addRules",
      rules: [{ toolName: "Bash", ruleContent: "npm publish *" }],
      behavior: "allow",
      destination: "localSettings",
    },
    { type: "setMode", mode: "acceptEdits", destination: "session" },
  ];

  test("adds the shown rules to the policy before the answer, and to the running agent", async () => {
    const session = await askingSession();
    const hook = await session.ask(bash("npm publish --dry", { permission_suggestions: suggested }));
    const open = await session.open();
    expect(open.rules).toEqual(["Bash(npm publish *)"]);
    await answerRequest(session.ctx, session.place, allow(open, { always: open.rules }));
    const policy = await readFile(join(session.ctx.paths.policy("shop-api"), "managed-settings.json"), "utf8");
    const { permissions } = JSON.parse(policy) as { permissions: { allow: string[] } };
    expect(permissions.allow).toEqual(["Bash(npm publish *)"]);
    const written = await stat(join(session.ctx.paths.policy("shop-api"), "managed-settings.json"));
    expect(written.mtimeMs).toBeLessThanOrEqual((await stat(join(session.answers, hook.uuid))).mtimeMs);
    const rules = [{ toolName: "Bash", ruleContent: "npm publish *" }];
    expect(decisionIn(await hook.printed)["updatedPermissions"]).toEqual([
      { type: "addRules", rules, behavior: "allow", destination: "session" },
    ]);
  });

  test("takes no rule that was not offered, and none with a refusal", async () => {
    const session = await askingSession();
    await session.ask(bash("npm publish --dry", { permission_suggestions: suggested }));
    const open = await session.open();
    const wrong = [allow(open, { always: ["Bash(*)"] }), allow(open, { decision: "deny", always: open.rules })];
    for (const answer of wrong)
      await expect(answerRequest(session.ctx, session.place, answer)).rejects.toMatchObject({ code: "USAGE" });
    expect((await session.open()).id).toBe(open.id);
  });
});

describe("a question", () => {
  const red = { label: "Red\u200b", description: "warm" };
  const questions = [
    {
      question: "Which colour?",
      header: "Colour",
      multiSelect: false,
      options: [red, { label: "Blue", description: "" }],
    },
    { question: "Which sizes?", header: "Sizes", multiSelect: true, options: [{ label: "S" }, { label: "M" }] },
  ];
  const request: JsonObject = { ...bash(""), tool_name: "AskUserQuestion", tool_input: { questions } };

  test("is answered with the agent's own labels for those that were shown", async () => {
    const session = await askingSession();
    const hook = await session.ask(request);
    const open = await session.open();
    expect(open).toMatchObject({ kind: "answer", rules: [], hidden: true });
    const labels = open.questions?.map(({ options }) => options.map(({ label }) => label));
    expect(labels).toEqual([
      ["Red<U+200B>", "Blue"],
      ["S", "M"],
    ]);
    await answerRequest(session.ctx, session.place, allow(open, { choices: [["Red<U+200B>"], ["S", "M"]] }));
    expect(decisionIn(await hook.printed)["updatedInput"]).toEqual({
      questions,
      answers: { "Which colour?": "Red\u200b", "Which sizes?": "S, M" },
    });
  });

  test.each([[undefined], [[["Green"], ["S"]]], [[["Blue"], []]], [[["Blue", "Red<U+200B>"], ["S"]]]])(
    "is not answered with %j",
    async (choices) => {
      const session = await askingSession();
      await session.ask(request);
      const answer = allow(await session.open(), choices === undefined ? {} : { choices });
      await expect(answerRequest(session.ctx, session.place, answer)).rejects.toMatchObject({ code: "USAGE" });
      expect(await session.list()).toHaveLength(1);
    },
  );
});

test("an approved plan goes on with the permissions of its run, and in a terminal with questions", async () => {
  const plan: JsonObject = { ...bash(""), tool_name: "ExitPlanMode", tool_input: { plan: "1. do\n2. test" } };
  for (const [run, mode] of [
    [runView({ n: 2, id: "api:2", sessionId: "shop-api", permissions: "edits", conversation }), "acceptEdits"],
    [runView({ n: 2, id: "api:2", sessionId: "shop-api", permissions: "edits", conversation: "other" }), "default"],
  ] as const) {
    const session = await askingSession();
    await ensureFolder(session.ctx.paths.run("shop-api", 2));
    await writeRun(session.ctx, run);
    const hook = await session.ask(plan);
    const open = await session.open();
    expect(open).toMatchObject({ kind: "plan", text: "1. do\n2. test", lines: 2 });
    expect(open.run).toBe(mode === "default" ? undefined : "api:2");
    await answerRequest(session.ctx, session.place, allow(open));
    const updatedPermissions = [{ type: "setMode", mode, destination: "session" }];
    expect(decisionIn(await hook.printed)).toMatchObject({ behavior: "allow", updatedPermissions });
  }
});

test("a request that comes before its run knows its own conversation waits for it, and becomes the run's", async () => {
  const session = await askingSession();
  const { conversation: _, ...starting } = runView({ n: 2, id: "api:2", sessionId: "shop-api", state: "running" });
  await ensureFolder(session.ctx.paths.run("shop-api", 2));
  await writeRun(session.ctx, starting);
  await session.ask();
  expect(await session.list()).toEqual([]);
  await writeRun(session.ctx, { ...starting, conversation });
  expect((await session.open()).run).toBe("api:2");
});

test("that a request was shown is on record once, with who saw it", async () => {
  const session = await askingSession();
  await session.ask();
  const { id, digest } = await session.open();
  const shown = await markRequestShown(session.ctx, session.place, { id, digest, by: "ada", through: "terminal" });
  expect(shown.shownAt).toBeDefined();
  await markRequestShown(session.ctx, session.place, { id, digest, by: "bob", through: "command" });
  expect((await session.history("approval.shown")).map(({ data }) => data["by"])).toEqual(["ada"]);
  const wrong = markRequestShown(session.ctx, session.place, { id, digest: "1", by: "ada", through: "terminal" });
  await expect(wrong).rejects.toMatchObject({ code: "APPROVAL_CHANGED" });
});

test("if the host's copy is damaged, what the container has then needs a new decision", async () => {
  const session = await askingSession();
  const hook = await session.ask(bash("ls"));
  const open = await session.open();
  await writeFile(join(session.ctx.paths.approvals("shop-api"), `${open.id}.json`), "{");
  await swap(hook.file, `${JSON.stringify(bash("rm -rf /"))}\n`);
  const answer = answerRequest(session.ctx, session.place, allow(open));
  await expect(answer).rejects.toMatchObject({ code: "APPROVAL_NOT_FOUND" });
  expect(await session.open()).toMatchObject({ text: "rm -rf /" });
});
