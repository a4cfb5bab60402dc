import { writeFile } from "node:fs/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { runNotifier, type NotifierOptions } from "../../../../src/app/notify/run-notifier.ts";
import { readNotifier } from "../../../../src/app/notify/store.ts";
import type { Scope } from "../../../../src/app/scope.ts";
import type { ApprovalAnswer, ApprovalView } from "../../../../src/contract/work/approval.ts";
import type { SessionEvent } from "../../../../src/contract/work/history.ts";
import type { SessionHost } from "../../../../src/session/session-host.ts";
import { workScope } from "../../../support/fakes/work-scope.ts";
import { chatId, telegramService, type TelegramService } from "../../../support/services/telegram-service.ts";
import { request } from "./notify-values.ts";

interface FakeWork {
  host: Partial<SessionHost>;
  open: ApprovalView[];
  events: SessionEvent[];
  answers: ApprovalAnswer[];
  add(type: string, data?: SessionEvent["data"]): void;
}

/** A host with session api, whose agent asks. */
function fakeWork(now: () => number, own = false): FakeWork {
  const open: ApprovalView[] = [];
  const events: SessionEvent[] = [];
  const answers: ApprovalAnswer[] = [];
  const its: FakeWork = {
    open,
    events,
    answers,
    add: (type, data = {}) => {
      const n = events.length + 1;
      const ids = { id: `local:api:${n}`, host: "local", project: "app", session: "api", sessionId: "shop-api" };
      events.push({ n, at: new Date(now()).toISOString(), source: "cowork", type, data, ...ids });
    },
    host: {
      events: async (_, { cursors = {} }) => {
        const after = cursors["shop-api"] ?? 0;
        return { events: events.filter(({ n }) => n > after), cursors: { "shop-api": events.length }, more: false };
      },
      approvals: async () => open.slice(),
      work: async () => [],
      notifier: async () => ({ active: own }),
      list: async () => [],
      approvalShown: async () => request(),
      approvalAnswer: async (_, answer) => {
        answers.push(answer);
        const index = open.findIndex(({ digest }) => digest === answer.digest);
        const [one = request()] = open.splice(index, 1);
        its.add("approval.answered", {
          digest: one.digest,
          decision: answer.decision,
          by: "person",
          through: answer.through,
        });
        return { ...one, state: "answered" };
      },
    },
  };
  return its;
}

function ask(work: FakeWork, change: Partial<ApprovalView> = {}): void {
  const view = request(change);
  work.open.push(view);
  work.add("approval.asked", {
    approval: view.id,
    digest: view.digest,
    kind: view.kind,
    tool: view.tool,
    detail: view.text,
  });
}

interface Started {
  scope: Scope;
  work: FakeWork;
  telegram: TelegramService;
  run: (options?: Partial<NotifierOptions>) => { end: () => Promise<void> };
}

async function started({
  conf = "NOTIFY_DETAILS=on\n",
  mode = 0o600,
  other = {} as Record<string, Partial<SessionHost>>,
} = {}): Promise<Started> {
  let now = Date.now;
  const work = fakeWork(() => now());
  const made = await workScope("", { local: work.host, ...other });
  now = () => made.clock.now().getTime();
  const telegram = await telegramService(() => now());
  const { ctx } = made.scope;
  await writeFile(ctx.paths.userConf, `${telegram.conf}${conf}`, { mode });
  const scope = made.scope.at(ctx.paths.home);
  onTestFinished(() => made.interrupt());
  return {
    scope,
    work,
    telegram,
    run: (options = {}) => {
      const ending = new AbortController();
      const running = runNotifier(scope, { part: "serve", ending: ending.signal, ...options });
      return {
        end: async () => {
          ending.abort();
          await running;
        },
      };
    },
  };
}

const soon = { timeout: 5_000, interval: 10 };

test("a question is told with its whole command, and its answer counts once, from the right person in the right chat", async () => {
  const { work, telegram, run } = await started();
  const notifier = run();
  ask(work);
  await vi.waitFor(() => expect(telegram.messages).toHaveLength(1), soon);
  const [message] = telegram.messages;
  expect(message?.text).toContain("api asks for approval");
  expect(message?.text).toContain("npm publish");
  const allow = message?.buttons["Allow once"] ?? "";
  telegram.press(allow, { chat: 1 });
  telegram.press(allow, { from: 1 });
  telegram.press("AAAAAAAAAAAAAAAAAAAAAA");
  await telegram.read();
  expect(work.answers).toEqual([]);
  telegram.press(allow);
  telegram.replay();
  telegram.press(message?.buttons["Deny"] ?? "");
  await vi.waitFor(() => expect(telegram.toasts).toHaveLength(4), soon);
  expect(work.answers).toEqual([{ id: "q1a", digest: "d1", decision: "allow", by: "person", through: "telegram" }]);
  await vi.waitFor(() => expect(telegram.edits).toEqual(["1 api: Allowed by person through the telegram."]), soon);
  await notifier.end();
});

test("the option of a question is answered by its label", async () => {
  const { work, telegram, run } = await started();
  const notifier = run();
  const options = ["Red", "Blue"].map((label) => ({ label, description: "" }));
  const questions = [{ question: "Which?", header: "", multiple: false, options }];
  ask(work, { kind: "answer", tool: "AskUserQuestion", text: "Which?\n  1 Red\n  2 Blue", questions });
  await vi.waitFor(() => expect(telegram.messages).toHaveLength(1), soon);
  telegram.press(telegram.messages[0]?.buttons["Blue"] ?? "");
  await vi.waitFor(() => expect(work.answers).toMatchObject([{ decision: "allow", choices: [["Blue"]] }]), soon);
  await notifier.end();
});

test.each([
  ["no details are wanted", "NOTIFY_DETAILS=off\n", {}],
  ["it is too long", "NOTIFY_DETAILS=on\n", { text: "x".repeat(5_000) }],
  ["it has characters that do not show", "NOTIFY_DETAILS=on\n", { text: "a<U+202E>b", hidden: true }],
  ["spaces at the end of a line would not show", "NOTIFY_DETAILS=on\n", { text: "a   \nb" }],
])("there is no button if %s", async (_, conf, change) => {
  const { work, telegram, run } = await started({ conf });
  const notifier = run();
  ask(work, change);
  await vi.waitFor(() => expect(telegram.messages).toHaveLength(1), soon);
  expect(telegram.messages[0]?.buttons).toEqual({});
  expect(telegram.messages[0]?.text).toContain("cowork approvals");
  await notifier.end();
});

test("what was told is not told again after a restart; what was answered meanwhile is replaced", async () => {
  const { work, telegram, run } = await started();
  const first = run();
  ask(work);
  await vi.waitFor(() => expect(telegram.messages).toHaveLength(1), soon);
  await first.end();
  const second = run();
  ask(work, { id: "q2b", digest: "d2", text: "npm pack" });
  await vi.waitFor(() => expect(telegram.messages).toHaveLength(2), soon);
  await second.end();
  expect(telegram.messages.map(({ text }) => text.includes("npm pack"))).toEqual([false, true]);
  work.open.shift();
  const third = run();
  await vi.waitFor(() => expect(telegram.edits).toHaveLength(1), soon);
  await third.end();
});

test("a run's notifier ends with what happened last, and makes room for serve", async () => {
  const { scope, work, telegram, run } = await started();
  const beside = run({ part: "run" });
  await vi.waitFor(() => expect(telegram.service.received.length).toBeGreaterThan(0), soon);
  work.add("run.ended", { run: "api:1", state: "failed" });
  await beside.end();
  expect(telegram.messages.map(({ text }) => text.split("\n")[0])).toEqual(["api: run api:1 failed"]);
  const serve = run();
  await vi.waitFor(async () => expect((await readNotifier(scope.ctx)).readAt).toBeGreaterThan(0), soon);
  const count = telegram.service.received.length;
  await vi.waitFor(() => expect(telegram.service.received.length).toBeGreaterThan(count), soon);
  const late = run({ part: "run" });
  ask(work);
  await vi.waitFor(() => expect(telegram.messages).toHaveLength(2), soon);
  await late.end();
  await serve.end();
  expect(telegram.messages).toHaveLength(2);
});

test("a host that sends messages itself is not told for", async () => {
  const box = fakeWork(Date.now, true);
  const { work, telegram, run } = await started({ other: { box: box.host } });
  for (const one of [box, work]) one.host.notifier = async () => ({ active: one === box });
  ask(box, { host: "box", session: "far" });
  const notifier = run();
  ask(work);
  await vi.waitFor(() => expect(telegram.messages).toHaveLength(1), soon);
  await notifier.end();
  expect(telegram.messages.map(({ text }) => text.split("\n")[0])).toEqual(["api asks for approval"]);
});

test("/status sends open questions again, /send refuses what it does not know, others and old messages are ignored", async () => {
  const { work, telegram, run } = await started();
  const notifier = run();
  ask(work);
  await vi.waitFor(() => expect(telegram.messages).toHaveLength(1), soon);
  telegram.say("/status", { from: 1 });
  telegram.say("/status", { chat: -1 });
  telegram.say("/status");
  await vi.waitFor(() => expect(telegram.messages).toHaveLength(3), soon);
  const old = telegram.messages[0]?.buttons["Allow once"] ?? "";
  telegram.press(old);
  telegram.say("/send nothing/there hello");
  telegram.say("/send nothing/there hello", { date: 1 });
  await vi.waitFor(() => expect(telegram.messages).toHaveLength(5), soon);
  const texts = telegram.messages.map(({ text }) => text.split("\n")[0]).toSorted();
  expect(texts).toEqual([
    "No sessions.",
    "Not done: Session nothing/there not found: project nothing is not known.",
    "This message came while cowork was not listening. Send it again.",
    "api asks for approval",
    "api asks for approval",
  ]);
  expect(telegram.toasts).toEqual(["This button does not work any more. Send /status for what is open."]);
  expect(work.answers).toEqual([]);
  await notifier.end();
});

test("a channel that fails is noted without its secret, and nothing ends", async () => {
  const { scope, work, telegram, run } = await started({
    conf: "NOTIFY=telegram slack\nNOTIFY_SLACK=http://127.0.0.1:1/s3cret\n",
  });
  const notifier = run();
  ask(work);
  await vi.waitFor(() => expect(telegram.messages).toHaveLength(1), soon);
  await vi.waitFor(async () => expect((await readNotifier(scope.ctx)).channels).toHaveProperty("slack.problem"), soon);
  await notifier.end();
  expect(JSON.stringify(await readNotifier(scope.ctx))).not.toContain("s3cret");
  expect(chatId).toBeGreaterThan(0);
});

test("a file with a secret that others can read is not used", async () => {
  const { work, telegram, run } = await started({ mode: 0o644 });
  const notifier = run();
  ask(work);
  await notifier.end();
  expect(telegram.service.received).toEqual([]);
});
