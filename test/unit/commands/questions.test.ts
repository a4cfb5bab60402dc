import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeContext } from "../../../src/commands/process/context.ts";
import type { Question } from "../../../src/contract/questions.ts";
import type { Progress } from "../../../src/ui/progress.ts";
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

async function contextOf(terminal: FakeTerminal): ReturnType<typeof makeContext> {
  // All settings that answer yes automatically.
  const caller = fakeCaller({ cwd: home, home, env: { COWORK_YES: "true" } });
  const progress: Pick<Progress, "report" | "pauseFor"> = {
    report: () => undefined,
    pauseFor: async (work) => await work(),
  };
  return await makeContext(caller, terminal, { progress: progress as Progress, trust: true, verbose: false });
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
