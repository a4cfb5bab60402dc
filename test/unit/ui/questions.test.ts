import { describe, expect, test } from "vitest";
import type { Question } from "../../../src/contract/questions.ts";
import { askPerson, askPersonSecret } from "../../../src/ui/questions.ts";
import { fakeTerminal } from "../../support/fakes/fake-terminal.ts";

const trust = {
  kind: "trust" as const,
  project: "app",
  projectRoot: "/home/person/app",
  hash: "x",
  findings: [{ where: "devcontainer.json: runArgs", what: "--privileged", why: "It gives the container this host." }],
};

async function ask(
  question: Parameters<typeof askPerson>[1],
  keys: string,
): Promise<{ yes: boolean | null; shown: string }> {
  const terminal = fakeTerminal({ columns: 80 });
  const answer = askPerson(terminal, question, new AbortController().signal);
  // The prompt listens once it has drawn itself.
  while (!/Trust this|Go on|Is this the host's key/.test(terminal.written().stderr))
    await new Promise((done) => void setTimeout(done, 5));
  terminal.type(keys);
  const yes = await answer;
  expect(terminal.written().stdout).toBe("");
  return { yes, shown: terminal.written().stderr };
}

describe("the trust question", () => {
  test("shows where, what and why before the question", async () => {
    const { shown } = await ask(trust, "\r");
    const order = [
      "/home/person/app",
      "devcontainer.json: runArgs",
      "--privileged",
      "It gives the container",
      "Trust this configuration",
    ];
    expect(order.map((text) => shown.indexOf(text))).toEqual(
      order.map((text) => shown.indexOf(text)).toSorted((a, b) => a - b),
    );
    expect(shown).not.toContain("undefined");
  });

  test.each([
    ["\r", false],
    ["n", false],
    // no answer
    ["\u0003", null],
    ["y", true],
    // a line that was typed too early: "l" must not count as an arrow key
    ["clear\r", false],
  ])("returns for the keys %j: %s", async (keys, yes) => {
    expect((await ask(trust, keys)).yes).toBe(yes);
  });
});

test("a host key is shown before the question", async () => {
  const question: Question = {
    kind: "host-key",
    host: "box\u001B[2J",
    address: "box.example:22",
    keyType: "ED25519",
    fingerprint: "SHA256:abc",
  };
  const { shown, yes } = await ask(question, "y");
  expect(yes).toBe(true);
  expect(shown.indexOf("SHA256:abc")).toBeLessThan(shown.indexOf("Is this the host's key"));
  expect(shown).toContain("The host box (box.example:22)");
  expect((await ask(question, "\r")).yes).toBe(false);
});

describe("a secret", () => {
  async function askSecret(
    keys: string,
    options: { echo: boolean },
  ): Promise<{ answer: string | undefined; shown: string }> {
    const terminal = fakeTerminal({ columns: 80 });
    const question = { text: "Password of me@box\u001B[2J", detail: ["look at \u0007it"], ...options };
    const answer = askPersonSecret(terminal, question, new AbortController().signal);
    while (!terminal.written().stderr.includes("Password of me@box"))
      await new Promise((done) => void setTimeout(done, 5));
    for (const key of keys) terminal.type(key);
    const given = await answer;
    expect(terminal.written().stdout).toBe("");
    return { answer: given, shown: terminal.written().stderr };
  }

  test("is shown while typed only with echo", async () => {
    const hidden = await askSecret("s3cret\r", { echo: false });
    expect(hidden.answer).toBe("s3cret");
    expect(hidden.shown).not.toContain("s3cret");
    expect(hidden.shown).toContain("  look at it");
    const seen = await askSecret("name\r", { echo: true });
    expect(seen.answer).toBe("name");
    expect(seen.shown).toContain("name");
  });

  test("may be empty, and is undefined after Ctrl-C", async () => {
    expect((await askSecret("\r", { echo: false })).answer).toBe("");
    expect((await askSecret("abc\u0003", { echo: false })).answer).toBeUndefined();
  });
});

test("a confirmation shows its details, and an interrupted one is not answered", async () => {
  const question: Question = { kind: "confirm", text: "Go on?", detail: ["it takes \u001B[2Ja while"] };
  const { shown, yes } = await ask(question, "y");
  expect(yes).toBe(true);
  expect(shown).toContain("  it takes a while");
  const terminal = fakeTerminal({ columns: 80 });
  const controller = new AbortController();
  const answer = askPerson(terminal, question, controller.signal);
  while (!terminal.written().stderr.includes("Go on")) await new Promise((done) => void setTimeout(done, 5));
  controller.abort();
  expect(await answer).toBeNull();
});
