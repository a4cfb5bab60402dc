import { describe, expect, test } from "vitest";
import { press } from "../../../../src/app/watch/press.ts";
import { emptyRows, selectedRow, withSessions, type Rows } from "../../../../src/app/watch/rows.ts";
import type { Effect, Key, Mode } from "../../../../src/app/watch/types.ts";
import { wordOf } from "../../../../src/app/watch/session-word.ts";
import { sessionView } from "../../../support/fakes/fake-host.ts";

const named: Record<string, string> = { "\r": "return", "\n": "enter", "\u001B": "escape", "\u007F": "backspace" };

function key(text: string, more: Partial<Key> = {}): Key {
  const name = named[text];
  return {
    name: name ?? text.toLowerCase(),
    text: name === undefined ? text : "",
    ctrl: false,
    pasted: false,
    ...more,
  };
}

const keys = (text: string): Key[] => Array.from(text, (char) => key(char));
const rows = withSessions(emptyRows(), [sessionView({ name: "a" }), sessionView({ name: "b" })], 0);

/** Presses keys one after the other. @returns what they did */
function type(given: readonly Key[], before = rows): { rows: Rows; mode: Mode; effects: Effect[] } {
  let [now, mode]: [Rows, Mode] = [before, { kind: "list" }];
  const effects: Effect[] = [];
  for (const one of given) {
    const pressed = press(now, mode, one, { now: 0, page: 10 });
    [now, mode] = [pressed.rows, pressed.mode];
    if (pressed.effect !== undefined) effects.push(pressed.effect);
  }
  return { rows: now, mode, effects };
}

const done = (effects: Effect[]): unknown[] =>
  effects.map((effect) => ("session" in effect ? { ...effect, session: effect.session?.name } : effect));

describe("in the list", () => {
  test.each([
    ["o", { do: "open", session: "a" }],
    ["l", { do: "log", session: "a" }],
    ["d", { do: "diff", session: "a" }],
    ["p", { do: "pull", session: "a" }],
    ["a", { do: "answer", session: "a" }],
    ["q", { do: "quit" }],
  ])("%s: %j", (text, effect) => {
    expect(done(type(keys(text)).effects)).toEqual([effect]);
  });

  test("no key allows anything: a shows the questions, and the keys that answer them do nothing here", () => {
    expect(type(keys("yrm1\r\n ")).effects).toEqual([]);
    expect(type([key("y", { ctrl: true })]).effects).toEqual([]);
  });

  test("pasted text does nothing", () => {
    const pasted = keys("oqia\r").map((one) => ({ ...one, pasted: true }));
    expect(type(pasted)).toMatchObject({ effects: [], mode: { kind: "list" } });
  });

  test("moves, and acts on the session under the arrow", () => {
    expect(
      done(type([key("down"), key("o")].map((one) => ({ ...one, text: one.name === "down" ? "" : one.text }))).effects),
    ).toEqual([{ do: "open", session: "b" }]);
    expect(done(type(keys("Go")).effects)).toEqual([{ do: "open", session: "b" }]);
    expect(selectedRow(type(keys("jk")).rows)?.name).toBe("a");
  });

  test("without a session only what needs none works", () => {
    const { effects, mode } = type(keys("oldpsi"), emptyRows());
    expect([effects, mode]).toEqual([[], { kind: "list" }]);
    expect(type(keys("n"), emptyRows()).mode).toMatchObject({ kind: "name" });
  });

  test("any key leaves the help", () => {
    expect(type(keys("?")).mode).toEqual({ kind: "help" });
    expect(type(keys("?o"))).toMatchObject({ mode: { kind: "list" }, effects: [] });
  });
});

describe("a text", () => {
  test("is sent with Enter to the session that was selected when it began", () => {
    expect(done(type([...keys("s"), ...keys("go on \u007F!"), key("\r")]).effects)).toEqual([
      { do: "send", session: "a", text: "go on!" },
    ]);
  });

  test.each<[string, Key[]]>([
    ["Esc", [...keys("sx"), key("\u001B")]],
    ["an empty one", [...keys("s  "), key("\r")]],
    ["nothing but Ctrl-U", [...keys("sabc"), key("u", { ctrl: true }), key("\r")]],
  ])("with %s is not sent", (_name, given) => {
    expect(type(given)).toMatchObject({ effects: [], mode: { kind: "list" } });
  });

  test("pasted line ends are part of it", () => {
    const pasted = keys("one\rtwo\u001B").map((each) => ({ ...each, pasted: true }));
    const { effects, mode } = type([...keys("s"), ...pasted.slice(0, -1)]);
    expect([effects, mode]).toMatchObject([[], { kind: "send", text: "one\ntwo" }]);
  });

  test("is bounded, and characters that cannot be seen are left out", () => {
    const { mode } = type([
      ...keys("s"),
      ...Array.from({ length: 20 }, () => key("x".repeat(1000), { pasted: true })),
      key("\u202E"),
    ]);
    expect(mode).toMatchObject({ text: "x".repeat(16_000) });
    expect(type([...keys("sab c"), key("w", { ctrl: true })]).mode).toMatchObject({ text: "ab " });
  });

  test("Ctrl-C quits from everywhere", () => {
    expect(type([...keys("sabc"), key("c", { ctrl: true })]).effects).toEqual([{ do: "quit" }]);
  });
});

test("a new session has a name and a task, or neither", () => {
  expect(done(type([...keys("nfix"), key("\r"), ...keys("go"), key("\r")]).effects)).toEqual([
    { do: "new", session: "a", name: "fix", task: "go" },
  ]);
  expect(done(type([...keys("n"), key("\r"), key("\r")]).effects)).toEqual([
    { do: "new", session: "a", name: "", task: "" },
  ]);
});

test("interrupting takes two keys", () => {
  expect(done(type(keys("iy")).effects)).toEqual([{ do: "interrupt", session: "a" }]);
  expect(type(keys("in")).effects).toEqual([]);
  expect(type([...keys("i"), key("y", { pasted: true })]).effects).toEqual([]);
});

test("the filter counts while it is typed; Esc takes it back", () => {
  expect(type(keys("/b")).rows.shown.map(({ name }) => name)).toEqual(["b"]);
  expect(type([...keys("/app/b"), key("\r")])).toMatchObject({ mode: { kind: "list" }, rows: { filter: "app/b" } });
  expect(type([...keys("/app/b"), key("\u001B")]).rows.filter).toBe("");
  expect(type([...keys("/app/b"), key("\r"), key("\u001B")]).rows).toMatchObject({
    filter: "",
    selected: "app-b@local",
  });
});

test("a session's word works from any folder, also if its record cannot be read", () => {
  expect(wordOf(sessionView({ name: "b", host: "box" }))).toBe("app/b@box");
  expect(wordOf(sessionView({ project: "", id: "app-b" }))).toBe("app-b@local");
});
