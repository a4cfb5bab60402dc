import { expect, test } from "vitest";
import type { Outcome } from "../../../src/session/types.ts";
import { showOutcomes } from "../../../src/ui/sessions/outcomes.ts";
import { createTerminal } from "../../../src/ui/terminal/terminal.ts";
import { fakeCaller } from "../../support/fakes/fake-caller.ts";
import { sessionView } from "../../support/fakes/fake-host.ts";

const shown = (outcomes: readonly Outcome[]): string[] => {
  const caller = fakeCaller({ cwd: "/", home: "/" });
  showOutcomes(createTerminal(caller.streams, { env: {}, noColour: true }), outcomes);
  return caller.stderr().split("\n").slice(0, -1);
};
const outcome = (name: string, ...notes: string[]): Outcome => ({
  name,
  ok: true,
  session: sessionView({ name }),
  exitCode: 0,
  notes,
});

test("a note that all sessions share is shown once, after all of them", () => {
  expect(shown([outcome("a", "not logged in", "its own"), outcome("b", "not logged in")])).toEqual([
    "  note: its own",
    "  note: not logged in",
  ]);
  expect(shown([outcome("a", "not logged in")])).toEqual(["  note: not logged in"]);
});
