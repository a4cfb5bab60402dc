import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../src/contract/common.ts";
import { appendHistory } from "../../../../src/work/history/append.ts";
import { countOpen } from "../../../../src/work/approvals/count-open.ts";
import { whyRetired, type Signs, type Waiting } from "../../../../src/work/approvals/retire.ts";
import { takeInRequests } from "../../../../src/work/approvals/take-in.ts";
import { askingSession, bash, conversation, type AskingSession } from "../../../support/fakes/asking-session.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";
import { tree } from "../../../support/git/tree.ts";

async function report(session: AskingSession, data: JsonObject): Promise<void> {
  // The kernel's time of the request has parts of a millisecond.
  await delay(2);
  await appendHistory(session.ctx, "shop-api", [{ source: "agent", type: "agent.working", data }]);
}

describe("a request is retired, and its hook ends without a word, when", () => {
  const cases: [name: string, request: JsonObject, what: JsonObject][] = [
    ["the turn ended", bash("ls"), { event: "Stop", conversation }],
    ["the person typed something else", bash("ls"), { event: "UserPromptSubmit", conversation }],
    ["the tool has run", bash("ls"), { event: "PostToolUse", conversation, tool: "Bash" }],
    ["the conversation ended", bash("ls", { agent_id: "s1" }), { event: "SessionEnd", conversation }],
    ["its subagent went on", bash("ls", { agent_id: "s1" }), { event: "Stop", conversation, subagent: "s1" }],
  ];
  test.each(cases)("%s", async (_name, request, what) => {
    const session = await askingSession();
    const hook = await session.ask(request);
    await session.open();
    await report(session, what);
    expect(await session.list()).toEqual([]);
    expect(await hook.printed).toBe("");
    const [event] = await session.history("approval.retired");
    expect(event?.data["reason"]).toContain("the agent went on");
    expect(countOpen(session.ctx, "shop-api")).toBe(0);
  });

  test("the agent's terminal said no: the hook is ended", async () => {
    const session = await askingSession();
    const hook = await session.ask();
    await session.open();
    hook.signal("SIGTERM");
    expect(await hook.printed).toBe("");
    expect(await session.list()).toEqual([]);
    expect(await session.history("approval.retired")).toHaveLength(1);
  });

  test("its file is removed", async () => {
    const session = await askingSession();
    const hook = await session.ask();
    await session.open();
    await rm(hook.file);
    expect(await session.list()).toEqual([]);
    expect(await hook.printed).toBe("");
  });

  test("the container was stopped, or started again", async () => {
    const session = await askingSession();
    const hook = await session.ask();
    await session.open();
    const { container } = session.place;
    const stopped = { ...session.place, container: { ...container!, running: false } };
    expect(await takeInRequests(session.ctx, stopped)).toEqual([]);
    expect(await hook.printed).toBe("");
    const other = await session.ask(bash("other"));
    await session.open();
    const startedAt = new Date(Date.now() + 1000).toISOString();
    expect(await takeInRequests(session.ctx, { ...session.place, container: { ...container!, startedAt } })).toEqual(
      [],
    );
    expect(await other.printed).toBe("");
  });
});

describe("a request stays open when", () => {
  const cases: [name: string, what: JsonObject][] = [
    ["another conversation goes on", { event: "Stop", conversation: "other" }],
    ["a subagent of the same conversation goes on", { event: "Stop", conversation, subagent: "s1" }],
    ["another tool that runs beside it has run", { event: "PostToolUse", conversation, tool: "Read" }],
    ["the agent calls another tool", { event: "PreToolUse", conversation, tool: "Bash" }],
    ["a report names nothing", {}],
  ];
  test.each(cases)("%s", async (_name, what) => {
    const session = await askingSession();
    await session.ask();
    await session.open();
    await report(session, what);
    expect(await session.list()).toHaveLength(1);
  });

  test("what is reported happened before it", async () => {
    const session = await askingSession();
    await report(session, { event: "Stop", conversation });
    await session.ask();
    await session.open();
    expect(await session.list()).toHaveLength(1);
  });
});

describe("the agent's own state file", () => {
  const waiting: Waiting = { uuid: "u", askedAt: 10_000, tool: "Bash", conversation, subagent: undefined, alone: true };
  const program = {
    pid: 1,
    startTicks: "1",
    conversation,
    interactive: true,
    status: "busy" as const,
    at: 20_000,
  };
  const signs = (change: Partial<Signs>): Signs => ({
    asks: { waiting: new Set(["u"]), ended: new Set(), more: false },
    running: true,
    startedAt: undefined,
    events: [],
    programs: [program],
    ...change,
  });

  test("says that it was decided in the terminal", () => {
    expect(whyRetired(waiting, signs({}))).toContain("decided in its terminal");
    expect(whyRetired(waiting, signs({ programs: [{ ...program, status: "idle" }] }))).toBeDefined();
  });

  test.each([
    ["waiting", { programs: [{ ...program, status: "waiting" as const }] }, {}],
    ["written before the request", { programs: [{ ...program, at: 10_500 }] }, {}],
    ["of another conversation", { programs: [{ ...program, conversation: "other" }] }, {}],
    ["of a program whose subagent asks", {}, { subagent: "s1" }],
    ["of a program that asks several things", {}, { alone: false }],
  ])("says nothing if it is %s", (_name, change, of) => {
    expect(whyRetired({ ...waiting, ...of }, signs(change))).toBeUndefined();
  });
});

describe("a subagent's request, which holds back the agent's own dialog,", () => {
  async function impatient(): Promise<string> {
    const script = await readFile(join(tree, "templates/agent/bin/agent-approve"), "utf8");
    expect(script).toContain("patience=60");
    const path = join(await temporaryFolder(), "agent-approve");
    await writeFile(path, script.replace("patience=60", "patience=1"));
    return path;
  }

  test("is given up when no reader lives", async () => {
    const session = await askingSession();
    const script = await impatient();
    const main = await session.ask(bash("main"), { script });
    const hook = await session.ask(bash("sub", { agent_id: "s1" }), { script });
    expect(await hook.printed).toBe("");
    // Only the subagent's: the dialog of the main agent is open beside its hook.
    const [one, ...more] = await session.list();
    expect([one?.text, more]).toEqual(["main", []]);
    main.signal("SIGTERM");
  });

  test("waits while one does", async () => {
    const session = await askingSession();
    const hook = await session.ask(bash("sub", { agent_id: "s1" }), { script: await impatient() });
    await session.open();
    const heartbeat = join(session.answers, "heartbeat");
    expect(await readFile(heartbeat, "utf8")).toMatch(/^\d{4}-.*Z\n$/);
    let over = false;
    void hook.printed.then(() => (over = true));
    for (const from = Date.now(); Date.now() - from < 2500; await delay(100))
      await writeFile(heartbeat, `${Date.now()}\n`);
    expect(over).toBe(false);
    expect(await session.list()).toHaveLength(1);
    expect(await hook.printed).toBe("");
  });
});
