import { describe, expect, test } from "vitest";
import type { Question } from "../../../src/events.ts";
import { askPerson } from "../../../src/ui/questions.ts";
import { fakeTerminal } from "../../support/fake-terminal.ts";

const trust: Question = {
  kind: "trust",
  project: "app",
  projectRoot: "/home/person/app",
  hash: "x",
  findings: [{ where: "devcontainer.json: runArgs", what: "--privileged", why: "It gives the container this host." }],
};

async function ask(question: Question, keys: string): Promise<{ yes: boolean; shown: string }> {
  const terminal = fakeTerminal({ columns: 80 });
  const answer = askPerson(terminal, question, new AbortController().signal);
  // The prompt listens once it has drawn itself.
  while (!/trust this|Go on/.test(terminal.written().stderr)) await new Promise((done) => void setTimeout(done, 5));
  terminal.type(keys);
  const yes = await answer;
  expect(terminal.written().stdout).toBe("");
  return { yes, shown: terminal.written().stderr };
}

describe("the trust question", () => {
  test("shows where, what and why before it asks", async () => {
    const { shown } = await ask(trust, "\r");
    const order = [
      "/home/person/app",
      "devcontainer.json: runArgs",
      "--privileged",
      "It gives the container",
      "Do you trust",
    ];
    expect(order.map((text) => shown.indexOf(text))).toEqual(
      order.map((text) => shown.indexOf(text)).toSorted((a, b) => a - b),
    );
    expect(shown).not.toContain("undefined");
  });

  test.each([
    ["\r", false],
    ["n", false],
    ["\u0003", false],
    ["y", true],
  ])("answered with %j it is %s", async (keys, yes) => {
    expect((await ask(trust, keys)).yes).toBe(yes);
  });
});

test("a confirmation shows its details; an interrupted one is a no", async () => {
  const question: Question = { kind: "confirm", text: "Go on?", detail: ["it takes \u001B[2Ja while"] };
  const { shown, yes } = await ask(question, "y");
  expect(yes).toBe(true);
  expect(shown).toContain("  it takes a while");
  const terminal = fakeTerminal({ columns: 80 });
  const controller = new AbortController();
  const answer = askPerson(terminal, question, controller.signal);
  while (!terminal.written().stderr.includes("Go on")) await new Promise((done) => void setTimeout(done, 5));
  controller.abort();
  expect(await answer).toBe(false);
});
