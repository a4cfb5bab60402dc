import { describe, expect, test } from "vitest";
import {
  interruptWithEscape,
  typeable,
  typePrompt,
  type TypingAgent,
  type TypingPane,
  type TypingState,
} from "../../../../src/work/typing/type-prompt.ts";

interface Scene {
  pane: TypingPane;
  agent: TypingAgent;
  /** what reached the terminal */
  got: string[];
  clock: { now(): Date; sleep(ms: number): Promise<void> };
}

/**
 * An agent in a terminal.
 * @param enters number of the Enter that it takes; 0: none
 * @param states what it does at each look, the last one from then on
 */
function scene({
  enters = 1,
  states = ["idle"],
  typed = false,
}: { enters?: number; states?: TypingState[]; typed?: boolean } = {}): Scene {
  const got: string[] = [];
  const left = [...states];
  let ms = 0;
  return {
    got,
    pane: {
      paste: async (text) => void got.push(`paste ${text}`),
      keys: async (...names) => void got.push(...names),
    },
    agent: {
      state: async () => (left.length > 1 ? (left.shift() ?? "away") : (left[0] ?? "away")),
      isTyped: () => typed,
      isTaken: async () => enters > 0 && got.filter((key) => key === "Enter").length >= enters,
    },
    clock: { now: () => new Date(ms), sleep: async (time) => void (ms += time) },
  };
}

const type = async ({ clock, pane, agent }: Scene, text = "more"): ReturnType<typeof typePrompt> =>
  await typePrompt(clock, pane, agent, text);
const count = ({ got }: Scene, key: string): number => got.filter((one) => one === key).length;

describe("a prompt that is typed", () => {
  test.each<TypingState>(["idle", "busy"])("is pasted and sent to an agent that is %s", async (state) => {
    const it = scene({ states: [state] });
    expect(await type(it)).toBe("taken");
    expect(it.got).toEqual(["paste more", "Enter"]);
  });

  test.each<TypingState>(["asks", "away"])("reaches nothing when the agent is in the state %s", async (state) => {
    const it = scene({ states: [state] });
    expect(await type(it)).toBe(state);
    expect(it.got).toEqual([]);
  });

  test("reaches nothing while someone else has typed something", async () => {
    const it = scene({ typed: true });
    expect(await type(it)).toBe("typed");
    expect(it.got).toEqual([]);
  });

  test("gets another Enter when the first one was swallowed", async () => {
    const it = scene({ enters: 2 });
    expect(await type(it)).toBe("taken");
    expect(count(it, "Enter")).toBe(2);
  });

  test("is removed again when three Enters did nothing", async () => {
    const it = scene({ enters: 0 });
    expect(await type(it)).toBe("refused");
    expect(count(it, "Enter")).toBe(3);
    expect(it.got.at(-1)).toBe("C-u");
  });

  test("gets no Enter once a question is open, because Enter would answer it", async () => {
    const beforeFirst = scene({ states: ["idle", "asks"] });
    expect(await type(beforeFirst)).toBe("left");
    expect(count(beforeFirst, "Enter")).toBe(0);
    const beforeSecond = scene({ enters: 0, states: ["idle", "idle", "asks"] });
    expect(await type(beforeSecond)).toBe("left");
    expect(count(beforeSecond, "Enter")).toBe(1);
    const atTheEnd = scene({ enters: 0, states: ["idle", "idle", "idle", "idle", "asks"] });
    expect(await type(atTheEnd)).toBe("left");
    expect(atTheEnd.got.at(-1)).toBe("Enter");
  });

  test("contains no character that is a key or ends the paste", () => {
    expect(typeable("a\r\nb\tc\u001B[201~d\u0003\u009B")).toBe("a\nb\tc[201~d");
  });
});

describe("an interrupt", () => {
  const interrupt = async ({ clock, pane, agent }: Scene): ReturnType<typeof interruptWithEscape> =>
    await interruptWithEscape(clock, pane, agent);

  test("sends Esc until the agent is idle", async () => {
    const it = scene({ states: ["busy", "busy", "idle"] });
    expect(await interrupt(it)).toBe("interrupted");
    expect(it.got[0]).toBe("Escape");
  });

  test("removes the prompt that the agent puts back, but nothing that someone typed", async () => {
    const [untouched, typed] = [scene({ states: ["busy", "idle"] }), scene({ states: ["busy", "idle"], typed: true })];
    for (const one of [untouched, typed]) expect(await interrupt(one)).toBe("interrupted");
    expect(untouched.got.at(-1)).toBe("C-u");
    expect(typed.got).toEqual(["Escape"]);
  });

  test("also ends an open question", async () => {
    const it = scene({ states: ["asks", "idle"] });
    expect(await interrupt(it)).toBe("interrupted");
  });

  test("does nothing to an agent that does nothing: Esc would delete what someone types", async () => {
    const it = scene({ states: ["idle"] });
    expect(await interrupt(it)).toBe("nothing");
    expect(it.got).toEqual([]);
  });

  test("gives up on an agent that goes on", async () => {
    const it = scene({ states: ["busy"] });
    expect(await interrupt(it)).toBe("refused");
    expect(it.got).toEqual(["Escape", "Escape"]);
  });
});
