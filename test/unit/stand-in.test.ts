import { expect, test } from "vitest";
import { createControl } from "../support/stand-in/control.ts";
import { findStep, lastPrompt, script, scriptFile, type Step } from "../support/stand-in/script.ts";

const steps: Step[] = [
  { text: "one", tools: [{ name: "Agent", input: { prompt: scriptFile("other") } }] },
  { text: "two @@ ]@@" },
];
const other: Step[] = [{ text: "of the other" }];
const tools = [{}];
const user = (text: string) => ({ role: "user", content: [{ type: "text", text }] });
const result = { role: "user", content: [{ type: "tool_result", text: script(other) }] };
const assistant = (text: string) => ({ role: "assistant", content: [{ type: "text", text }] });
const find = (messages: object[]): Step | undefined =>
  findStep({ messages: messages as never, tools }, (name) => (name === "other" ? other : []));

test("the number of answers since the script says which step is next", () => {
  const prompt = user(`please ${script(steps)} thanks`);
  expect(find([prompt])).toEqual(steps[0]);
  expect(find([user("before"), assistant("x"), prompt, assistant("one"), result])).toEqual(steps[1]);
  expect(find([prompt, assistant("one"), result, assistant("two"), user("more")])).toBeUndefined();
});

test("a later script replaces an earlier one, and a script file is looked up by its name", () => {
  expect(find([user(script(steps)), assistant("one"), user(scriptFile("other"))])).toEqual(other[0]);
});

test("the agent's own answer after a turn that was cut off is not counted", () => {
  expect(find([user(script(steps)), assistant("one"), assistant("No response requested."), user("go on")])).toEqual(
    steps[1],
  );
});

test("requests without tools, such as for a title, follow no script", () => {
  expect(findStep({ messages: [user(script(steps))] }, () => steps)).toBeUndefined();
  expect(lastPrompt({ messages: [user("hi"), user("<system-reminder>x</system-reminder>")] })).toBe("hi");
});

test("an answer with `times` is used as often for each key, and one without always", () => {
  const control = createControl("/nowhere");
  const used = [1, 2, 3].map(() => control.use({ times: 2 }, "a"));
  expect(used).toEqual([true, true, false]);
  expect(control.use({ times: 1 }, "b")).toBe(true);
  expect([1, 2, 3].map(() => control.use({}, "a"))).toEqual([true, true, true]);
});
