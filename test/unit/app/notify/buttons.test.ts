import { expect, test } from "vitest";
import { buttonMs, makeButtons, useNonce, wholeText } from "../../../../src/app/notify/telegram/buttons.ts";
import { isFromUser } from "../../../../src/app/notify/telegram/poll.ts";
import { telegramText } from "../../../../src/app/notify/telegram/channel.ts";
import { writeMessage } from "../../../../src/app/notify/message.ts";
import type { NotifyNonce } from "../../../../src/contract/notify/notify.ts";
import { request, start, topic } from "./notify-values.ts";

function made(change = {}): { nonces: Record<string, string>; stored: NotifyNonce[] } {
  const buttons = makeButtons(topic(), request(change), start);
  if (buttons === undefined) throw new Error("no buttons");
  const nonces = Object.fromEntries(buttons.rows.flat().map(({ text, nonce }) => [text, nonce]));
  return { nonces, stored: buttons.stored };
}

test("a button works once, uses up its neighbours and no button of another request, and is stored as a hash", () => {
  const [one, other] = [made(), made({ id: "q2b", digest: "d2" })];
  const all = [...one.stored, ...other.stored];
  for (const nonce of Object.values(one.nonces)) {
    expect(nonce).toMatch(/^[\w-]{22}$/);
    expect(JSON.stringify(all)).not.toContain(nonce);
  }
  const { pressed, left } = useNonce(all, one.nonces["Allow once"] ?? "", start);
  expect(pressed).toMatchObject({ id: "q1a", digest: "d1", decision: "allow", sessionId: "shop-api", host: "local" });
  expect(left).toEqual(other.stored);
  for (const nonce of Object.values(one.nonces)) expect(useNonce(left, nonce, start).pressed).toBeUndefined();
});

test("a button that is too old, or that no one made, does nothing", () => {
  const { nonces, stored } = made();
  const deny = nonces["Deny"] ?? "";
  expect(useNonce(stored, deny, start + buttonMs - 1).pressed).toMatchObject({ decision: "deny" });
  expect(useNonce(stored, deny, start + buttonMs)).toEqual({ pressed: undefined, left: [] });
  expect(useNonce(stored, stored[0]?.hash ?? "", start).pressed).toBeUndefined();
});

test.each([
  ["several questions", { questions: [question(["A"]), question(["B"])] }],
  ["several answers", { questions: [{ ...question(["A", "B"]), multiple: true }] }],
  ["labels that look the same", { questions: [question(["A", "A"])] }],
  ["a label that does not show whole", { questions: [question(["x".repeat(61)])] }],
  ["too many options", { questions: [question("ABCDEFGHI".split(""))] }],
])("a question with %s has no buttons", (_, change) => {
  expect(makeButtons(topic(), request({ kind: "answer", ...change }), start)).toBeUndefined();
});

function question(labels: readonly string[]): {
  question: string;
  header: string;
  multiple: boolean;
  options: { label: string; description: string }[];
} {
  return {
    question: "Which?",
    header: "",
    multiple: false,
    options: labels.map((label) => ({ label, description: "" })),
  };
}

test("only a text that a phone shows exactly is whole", () => {
  expect(wholeText(request({ text: "a\n\tb\n" }))).toBe("a\n  b");
  for (const text of ["", " ", "a \nb", " a\n", "x".repeat(3_001), "a\rb", "a\u202Eb"]) {
    const whole = wholeText(request({ text }));
    expect(whole === undefined || whole === text.replace(/\n+$/, "")).toBe(true);
  }
  expect(wholeText(request({ text: "a", hidden: true }))).toBeUndefined();
});

test("what runs is marked as code by its place, so that nothing in it is markup", () => {
  const asked = request({ text: "echo `*_[x](http://evil.test)` </pre>" });
  const message = writeMessage(
    { topic: topic(), reminder: 0 },
    { details: true, publicUrl: undefined, request: asked },
  );
  const { text, entities } = telegramText(message, true) as {
    text: string;
    entities: { offset: number; length: number }[];
  };
  const marked = entities.map(({ offset, length }) => text.slice(offset, offset + length));
  expect(marked).toEqual([asked.text]);
});

test("chat and sender must both be right", () => {
  const from = (id: number, is_bot = false) => ({ id, is_bot });
  const said = (chat: number, who?: ReturnType<typeof from>) => ({
    update_id: 1,
    message: { message_id: 1, date: 1, chat: { id: chat }, ...(who && { from: who }), text: "/status" },
  });
  const config = { chat: "-7", user: "7" };
  expect(isFromUser(config, said(-7, from(7)))).toBe(true);
  expect(isFromUser(config, said(-7, from(8)))).toBe(false);
  expect(isFromUser(config, said(7, from(7)))).toBe(false);
  expect(isFromUser(config, said(-7, from(7, true)))).toBe(false);
  expect(isFromUser(config, said(-7))).toBe(false);
  const pressed = { id: "1", from: from(7), data: "x" };
  expect(isFromUser(config, { update_id: 1, callback_query: pressed })).toBe(false);
  // A message beside the press does not lend it its sender.
  expect(
    isFromUser(config, {
      ...said(-7, from(7)),
      callback_query: { ...pressed, from: from(8), message: { message_id: 1, chat: { id: -7 } } },
    }),
  ).toBe(false);
});
