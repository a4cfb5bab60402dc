import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ApprovalAnswer, ApprovalView } from "../../../src/contract/work/approval.ts";
import { answerRequest } from "../../../src/work/approvals/answer.ts";
import { emptyAnswers } from "../../../src/work/approvals/answers.ts";
import { takeInRequests } from "../../../src/work/approvals/take-in.ts";
import { takeInReports } from "../../../src/work/inbox/take-in.ts";
import type { WorkPlace } from "../../../src/work/types.ts";
import { swap } from "../../support/fakes/asking-session.ts";
import { agentHost, type AgentHost } from "../../support/home/agent-context.ts";
import { asRoot } from "../../support/home/as-root.ts";
import { logInByHand, plainSession, type PlainSession } from "../../support/stand-in/plain-session.ts";
import { script, scriptFile, type Step } from "../../support/stand-in/script.ts";
import { playTerminal, type PlayedTerminal } from "../../support/stand-in/terminal.ts";
import { startVendor, type Vendor } from "../../support/stand-in/vendor.ts";

// The real program against the stand-in, in one container: each test is a conversation of its own.

let vendor: Vendor;
let host: AgentHost;
let session: PlainSession;
let place: WorkPlace;
let ending: (() => Promise<void>)[] = [];

beforeAll(async () => {
  vendor = await startVendor("approvals");
  host = await agentHost();
  await logInByHand(host, vendor);
  session = await plainSession(host, vendor, { id: "p-ask" });
  const startedAt = new Date().toISOString();
  const container = { id: session.container, running: true, startedAt, user: "dev", workspaceFolder: "/work" };
  place = { id: "p-ask", name: "ask", project: "p", agent: host.agent, createdAt: startedAt, container };
});

afterEach(async () => {
  for (const end of ending) await end();
  ending = [];
});

afterAll(async () => {
  await host?.end();
  await vendor?.stop();
});

beforeEach(async () => {
  while ((await list()).length > 0) await delay(100);
});

const bash = (command: string): Step => ({ tools: [{ name: "Bash", input: { command } }] });

async function list(): Promise<ApprovalView[]> {
  await takeInReports(host.ctx, place);
  return await takeInRequests(host.ctx, place);
}

async function asked(): Promise<ApprovalView> {
  await expect.poll(list).toHaveLength(1);
  return (await list())[0]!;
}

async function answer(one: ApprovalView, more: Partial<ApprovalAnswer> = {}): Promise<void> {
  const { id, digest } = one;
  const given = { id, digest, decision: "allow" as const, by: "ada", through: "command", ...more };
  await answerRequest(host.ctx, place, given);
}

const made = (name: string): boolean => existsSync(join(session.work, name));

interface Result {
  type: string;
  permission_denials: unknown[];
}

interface Headless {
  /** the result line of the turn */
  result(): Promise<Result>;
  output(): string;
}

/** The agent without a terminal, as runs start it. */
function headless(steps: readonly Step[], mode = "manual"): Headless {
  const { sessionUid, sessionGid } = host.ctx.user;
  const where = ["exec", "-i", "-u", `${sessionUid}:${sessionGid}`, "-w", "/work", session.container];
  const format = ["--input-format", "stream-json", "--output-format", "stream-json", "--verbose"];
  const how = ["--permission-mode", mode, "--permission-prompt-tool", "stdio"];
  const child = execa("docker", [...where, "/opt/cowork/bin/claude", "-p", ...format, ...how], {
    reject: false,
    buffer: false,
    stdin: "pipe",
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.write(`${JSON.stringify({ type: "user", message: { role: "user", content: script(steps) } })}\n`);
  ending.push(async () => {
    await session.run(["/opt/cowork/bin/agent-drain"]);
    child.stdin.end();
    await child;
  });
  const lines = (): string[] => output.split("\n").slice(0, -1);
  const results = (): Result[] =>
    lines()
      .map((line) => JSON.parse(line) as Result)
      .filter(({ type }) => type === "result");
  return {
    output: () => output,
    result: async () => {
      await expect.poll(results).toHaveLength(1);
      return results()[0]!;
    },
  };
}

/** The agent in a terminal, with its prompt. */
function interactive(steps: readonly Step[]): PlayedTerminal {
  const interrupt = new AbortController();
  const terminal = playTerminal({ columns: 100, signal: interrupt.signal });
  const { sessionUid, sessionGid } = host.ctx.user;
  const spec = {
    command: ["/opt/cowork/bin/claude", "--permission-mode", "manual", script(steps)] as const,
    user: `${sessionUid}:${sessionGid}`,
    workingDir: "/work",
    env: { TERM: "xterm-256color", HOME: "/tmp" },
  };
  const ended = host.ctx.engine.attach(session.container, spec, terminal.io).catch(() => 0);
  ending.push(async () => {
    await session.run(["/opt/cowork/bin/agent-drain"]);
    interrupt.abort();
    await ended;
  });
  return terminal;
}

test("a command that was allowed runs, also if no reader lived when it was asked for", async () => {
  const run = headless([bash("touch allowed"), { text: "done" }]);
  const asks = join(host.ctx.paths.events("p-ask"), "asks");
  await expect.poll(async () => await readdir(asks).catch(() => [])).toHaveLength(1);
  const one = await asked();
  expect(one).toMatchObject({ kind: "approval", tool: "Bash", text: "touch allowed", folder: "/work", hidden: false });
  await answer(one);
  await expect.poll(() => made("allowed")).toBe(true);
  expect((await run.result()).permission_denials).toEqual([]);
});

test("a refused command does not run, and the agent reads why", async () => {
  const run = headless([bash("touch refused"), { text: "done" }]);
  await answer(await asked(), { decision: "deny", message: "only in the folder of the tests" });
  expect((await run.result()).permission_denials).toHaveLength(1);
  expect(run.output()).toContain("only in the folder of the tests");
  expect(made("refused")).toBe(false);
});

test("an answer for a request that was swapped in the container runs nothing", async () => {
  headless([bash("touch swapped"), { text: "done" }]);
  const asks = join(host.ctx.paths.events("p-ask"), "asks");
  await expect.poll(async () => (await readdir(asks)).filter((name) => !name.includes("."))).toHaveLength(1);
  const [uuid] = (await readdir(asks)).filter((name) => !name.includes("."));
  const real = await readFile(join(asks, uuid!), "utf8");
  await swap(join(asks, uuid!), real.replace("touch swapped", "touch harmless"));
  const one = await asked();
  expect(one.text).toBe("touch harmless");
  await answer(one);
  // The hook has ended without a word: nothing is asked from outside any more, and the agent waits on.
  await expect.poll(async () => (await readdir(asks)).filter((name) => name.endsWith(uuid!))).toEqual([`done.${uuid}`]);
  await expect(answer(one)).rejects.toMatchObject({ code: "APPROVAL_NOT_FOUND" });
  expect([made("swapped"), made("harmless")]).toEqual([false, false]);
});

test("always ends the asking in this session, for a new program too; nothing in the clone or in the agent's config does", async () => {
  const grants = JSON.stringify({ permissions: { allow: ["Bash", "Bash(touch *)"], defaultMode: "acceptEdits" } });
  for (const folder of [join(session.work, ".claude"), host.ctx.paths.agentState("p-ask", "claude")]) {
    await asRoot("mkdir", ["-p", folder]);
    for (const name of ["settings.json", "settings.local.json"])
      await asRoot("sh", ["-c", `printf %s '${grants}' >'${join(folder, name)}'`]);
  }
  const first = headless([bash("touch once-1"), bash("touch once-2"), { text: "done" }]);
  const one = await asked();
  expect(one).toMatchObject({ text: "touch once-1", rules: ["Bash(touch once-1 *)"] });
  await answer(one);
  const two = await asked();
  expect(two.text).toBe("touch once-2");
  await answer(two, { always: two.rules });
  await first.result();
  await expect.poll(list).toEqual([]);
  const second = headless([bash("touch once-2"), bash("touch once-3"), { text: "done" }]);
  const three = await asked();
  expect(three.text).toBe("touch once-3");
  await answer(three, { decision: "deny" });
  await second.result();
  expect(made("once-3")).toBe(false);
});

test("always for a file ends the asking about this file", async () => {
  const write = (name: string, content: string): Step => ({
    tools: [{ name: "Write", input: { file_path: `/work/${name}`, content } }],
  });
  const run = headless([write("kept", "1\n"), write("kept", "2\n"), write("other", "3\n"), { text: "done" }]);
  const one = await asked();
  expect(one).toMatchObject({ tool: "Write", text: "/work/kept\n+ 1", rules: ["Edit(//work/kept)"] });
  await answer(one, { always: one.rules });
  const two = await asked();
  expect(two.text).toBe("/work/other\n+ 3");
  expect(await readFile(join(session.work, "kept"), "utf8")).toBe("2\n");
  await answer(two, { decision: "deny" });
  await run.result();
});

test("a question and a plan are answered from outside", async () => {
  const options = [
    { label: "Red", description: "warm" },
    { label: "Blue", description: "cold" },
  ];
  const questions = [{ question: "Which colour?", header: "Colour", multiSelect: false, options }];
  const run = headless([{ tools: [{ name: "AskUserQuestion", input: { questions } }] }, { text: "done" }]);
  const question = await asked();
  expect(question).toMatchObject({ kind: "answer", questions: [{ options }] });
  await answer(question, { choices: [["Blue"]] });
  await run.result();
  expect(run.output()).toMatch(/Which colour\?[^\n]*Blue/);
  const planned = headless(
    [{ tools: [{ name: "ExitPlanMode", input: {} }] }, bash("touch planned"), { text: "done" }],
    "plan",
  );
  const plan = await asked();
  expect(plan.kind).toBe("plan");
  await answer(plan);
  // After the plan of an agent in no run, it asks again for what it does.
  const next = await asked();
  expect(next.text).toBe("touch planned");
  await answer(next);
  expect((await planned.result()).permission_denials).toEqual([]);
});

test("with the dialog open in a terminal, an answer from outside closes it, and always holds there, too", async () => {
  const terminal = interactive([bash("touch outside"), bash("touch outside"), { text: "all done" }]);
  await terminal.waitFor(/Do\s*you\s*want\s*to\s*proceed/);
  const one = await asked();
  // In a terminal the agent suggests no rule: this one is for exactly this command.
  expect(one.rules).toEqual(["Bash(touch outside)"]);
  await answer(one, { always: one.rules });
  await expect.poll(() => made("outside")).toBe(true);
  await terminal.waitFor(/all\s*done/);
});

test("a subagent's request, for which the terminal shows no dialog yet, is answered from outside", async () => {
  await vendor.script("helper", [bash("touch by-subagent"), { text: "helped" }]);
  const input = { description: "help", prompt: scriptFile("helper"), subagent_type: "general-purpose" };
  interactive([{ tools: [{ name: "Agent", input }] }, { text: "started" }]);
  const one = await asked();
  expect(one).toMatchObject({ text: "touch by-subagent", subagent: true });
  await answer(one);
  await expect.poll(() => made("by-subagent")).toBe(true);
});

test("an answer in the terminal retires the request, and the hook ends", async () => {
  const terminal = interactive([bash("touch inside"), { text: "first done" }]);
  await terminal.waitFor(/Do\s*you\s*want\s*to\s*proceed/);
  const one = await asked();
  terminal.type("\r");
  await expect.poll(() => made("inside")).toBe(true);
  await expect.poll(list).toEqual([]);
  await expect(answer(one)).rejects.toMatchObject({ code: "APPROVAL_NOT_FOUND" });
  await expect
    .poll(async () => (await session.run(["sh", "-c", "grep -ls agent-approv[e] /proc/[0-9]*/cmdline"])).out)
    .toBe("");
});

test("No in the terminal retires the request", async () => {
  const terminal = interactive([bash("touch never"), { text: "first done" }]);
  await terminal.waitFor(/Do\s*you\s*want\s*to\s*proceed/);
  await asked();
  terminal.type("\u001b");
  await expect.poll(list).toEqual([]);
  expect(made("never")).toBe(false);
});

test("after the container started again an old request cannot be answered, nor an old answer be used", async () => {
  headless([bash("touch replayed"), { text: "done" }]);
  const one = await asked();
  const asks = join(host.ctx.paths.events("p-ask"), "asks");
  const [uuid] = (await readdir(asks)).filter((name) => !name.includes("."));
  const text = await readFile(join(asks, uuid!), "utf8");
  await execa("docker", ["restart", "-t", "1", session.container]);
  await emptyAnswers(host.ctx, "p-ask");
  await swap(join(asks, uuid!), text);
  expect(await list()).toEqual([]);
  await expect(answer(one)).rejects.toMatchObject({ code: "APPROVAL_NOT_FOUND" });
  expect((await readdir(host.ctx.paths.answers("p-ask"))).filter((name) => name !== "heartbeat")).toEqual([]);
});
