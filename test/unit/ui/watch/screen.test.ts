import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import type { Key } from "../../../../src/app/watch/types.ts";
import { openScreen, type Screen } from "../../../../src/ui/watch/screen.ts";
import { fakeTerminal, type FakeTerminal } from "../../../support/fakes/fake-terminal.ts";

const [other, back] = ["\u001B[?1049h", "\u001B[?1049l"];
let screen: Screen | undefined;

async function open(): Promise<{ screen: Screen; terminal: FakeTerminal; keys: Key[]; resized: () => number }> {
  const terminal = fakeTerminal({ columns: 80 });
  const keys: Key[] = [];
  let count = 0;
  const events = {
    onKey: (key: Key) => void keys.push(key),
    onResize: () => void (count += 1),
    onEnd: () => undefined,
  };
  screen = await openScreen(terminal, events);
  return { screen, terminal, keys, resized: () => count };
}

afterEach(() => screen?.close());

test("takes the other screen and gives it back, once", async () => {
  const { screen: its, terminal } = await open();
  its.draw(["one", "two"]);
  its.close();
  its.close();
  its.draw(["three"]);
  const { stdout } = terminal.written();
  expect(stdout.startsWith(other)).toBe(true);
  expect(stdout).toContain("one\ntwo");
  expect(stdout.split(back)).toHaveLength(2);
  expect(stdout.endsWith(back)).toBe(true);
});

test("writes only what has changed", async () => {
  const { screen: its, terminal } = await open();
  its.draw(["one", "two", "three"]);
  const before = terminal.written().stdout.length;
  its.draw(["one", "two", "three"]);
  expect(terminal.written().stdout).toHaveLength(before);
  its.draw(["one", "TWO", "three"]);
  const more = terminal.written().stdout.slice(before);
  expect([more.includes("TWO"), more.includes("one")]).toEqual([true, false]);
});

test("reads keys, sequences and pasted text", async () => {
  const { terminal, keys } = await open();
  terminal.type("a");
  await expect.poll(() => keys.length).toBe(1);
  terminal.type("\u001B[A");
  await expect.poll(() => keys.length).toBe(2);
  terminal.type("\u001B[200~yo\r\u001B[201~");
  await expect.poll(() => keys.length).toBe(5);
  terminal.type("\u001B");
  await expect.poll(() => keys.length).toBe(6);
  terminal.type("\u0003");
  await expect.poll(() => keys.length).toBe(7);
  const plain = { ctrl: false, pasted: false };
  expect(keys).toMatchObject([
    { ...plain, text: "a" },
    { ...plain, name: "up", text: "" },
    { text: "y", pasted: true },
    { text: "o", pasted: true },
    { name: "return", pasted: true },
    { ...plain, name: "escape", text: "" },
    { name: "c", ctrl: true, text: "" },
  ]);
});

test("while something else has the terminal nothing is drawn or read; what was typed for it is dropped", async () => {
  const { screen: its, terminal, keys, resized } = await open();
  const work = Promise.withResolvers<void>();
  const away = its.away(async () => await work.promise);
  expect(terminal.written().stdout.endsWith(back)).toBe(true);
  its.draw(["hidden"]);
  // A second one comes and goes meanwhile, such as a question for a password.
  await its.away(async () => undefined);
  expect(terminal.written().stdout).not.toContain("hidden");
  expect(terminal.written().stdout.split(other)).toHaveLength(2);
  work.resolve();
  await away;
  terminal.type("y");
  await delay(50);
  expect([keys, resized()]).toEqual([[], 1]);
  await delay(300);
  terminal.type("q");
  await expect.poll(() => keys.length).toBe(1);
});

test("a screen that was closed meanwhile does not come back", async () => {
  const { screen: its, terminal } = await open();
  await its.away(async () => its.close());
  expect(terminal.written().stdout.split(other)).toHaveLength(2);
});
