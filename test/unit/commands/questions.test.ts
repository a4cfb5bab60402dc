import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeContext } from "../../../src/commands/process/context.ts";
import type { Question } from "../../../src/contract/questions.ts";
import type { Progress } from "../../../src/ui/terminal/progress.ts";
import { fakeCaller } from "../../support/fakes/fake-caller.ts";
import { fakeTerminal, type FakeTerminal } from "../../support/fakes/fake-terminal.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "cowork-questions-"));
});
afterEach(async () => await rm(home, { recursive: true }));

const hostKey: Question = {
  kind: "host-key",
  host: "box",
  address: "box.example:22",
  keyType: "ED25519",
  fingerprint: "SHA256:abc",
};

async function contextOf(
  terminal: FakeTerminal,
  { trust }: { trust: boolean } = { trust: true },
): ReturnType<typeof makeContext> {
  // All settings that answer yes automatically.
  const caller = fakeCaller({ cwd: home, home, env: { COWORK_YES: "true" } });
  const progress: Pick<Progress, "report" | "pauseFor"> = {
    report: () => undefined,
    pauseFor: async (work) => await work(),
  };
  return await makeContext(caller, terminal, { progress: progress as Progress, trust, verbose: false });
}

test("no flag and no variable accepts a host's key, and the key is shown", async () => {
  const terminal = fakeTerminal();
  const ctx = await contextOf(terminal);
  expect(await ctx.ask(hostKey)).toBe(false);
  expect(terminal.written().stderr).toContain("ED25519 SHA256:abc");
  expect(await ctx.ask({ kind: "confirm", text: "Go on?" })).toBe(true);
});

test("on a terminal the user can accept it", async () => {
  const terminal = fakeTerminal({ columns: 80 });
  const ctx = await contextOf(terminal);
  const answer = ctx.ask(hostKey);
  while (!terminal.written().stderr.includes("Is this the host's key"))
    await new Promise((done) => void setTimeout(done, 5));
  terminal.type("y");
  expect(await answer).toBe(true);
});

test("without a terminal no secret is asked for", async () => {
  const terminal = fakeTerminal();
  const ctx = await contextOf(terminal);
  expect(await ctx.askSecret({ text: "Password", echo: false })).toBeUndefined();
  expect(terminal.written()).toEqual({ stdout: "", stderr: "" });
});

describe("the question about the agent's settings in a repository", () => {
  const settings: Question = {
    kind: "trust",
    about: "agent",
    project: "app",
    projectRoot: "/home/person/app",
    hash: "x",
    findings: [{ where: ".claude/settings.json: hooks", what: "make", why: "It runs in the session." }],
  };

  /** @returns the answer, and whether the question was shown */
  async function asked(
    question: Question,
    keys?: string,
    trust = false,
  ): Promise<{ answer: unknown; isShown: boolean }> {
    const terminal = keys === undefined ? fakeTerminal() : fakeTerminal({ columns: 80 });
    const ctx = await contextOf(terminal, { trust });
    const shown = (): boolean => /Let these settings count|Trust this/.test(terminal.written().stderr);
    const over = new AbortController();
    const answer = ctx.ask(question).finally(() => over.abort());
    // Without a question it is answered at once.
    while (!shown() && !over.signal.aborted) await new Promise((done) => void setTimeout(done, 5));
    if (!over.signal.aborted) terminal.type(keys ?? "");
    return { answer: await answer, isShown: shown() };
  }

  test("is asked once: a no is remembered as a yes is, for the same content", async () => {
    expect(await asked(settings, "n")).toEqual({ answer: false, isShown: true });
    expect(await asked(settings, "y")).toEqual({ answer: false, isShown: false });
    expect(await asked({ ...settings, hash: "y" }, "n")).toEqual({ answer: false, isShown: true });
    // --trust agrees to everything, and that is remembered in its place.
    expect((await asked(settings, undefined, true)).answer).toBe(true);
    expect(await asked(settings, "n")).toEqual({ answer: true, isShown: false });
  });

  test("is asked again if no one answered it: without a terminal, and after Ctrl-C", async () => {
    expect((await asked(settings)).answer).toBeNull();
    expect((await asked(settings, "\u0003")).answer).toBeNull();
    expect(await asked(settings, "y")).toEqual({ answer: true, isShown: true });
  });

  test("a no to what reaches the host is not remembered: the command fails, and says what to do", async () => {
    const { about: _, ...host } = settings;
    expect(await asked(host, "n")).toEqual({ answer: false, isShown: true });
    expect(await asked(host, "y")).toEqual({ answer: true, isShown: true });
  });
});
