import { describe, expect, test } from "vitest";
import { dailyCommands } from "../../../../src/commands/line/daily-commands.ts";
import { commands } from "../../../../src/commands/registry.ts";
import { runCommandLine as run } from "../../../support/home/run-command-line.ts";

const shown = (text: string): string[] => [...text.matchAll(/^ {2}([a-z-]+) {2,}/gm)].map(([, name = ""]) => name);

describe("cowork help", () => {
  test("shows the fifteen most used commands, and how to list the others", async () => {
    const { code, stdout } = await run("help");
    expect(code).toBe(0);
    expect(shown(stdout).toSorted()).toEqual(dailyCommands.toSorted());
    expect(dailyCommands).toHaveLength(15);
    expect(stdout).toContain("cowork help --all");
  });

  test("--all lists every command", async () => {
    const { stdout } = await run("help --all");
    expect(shown(stdout).toSorted()).toEqual(commands.map(({ name }) => name).toSorted());
    expect(stdout).not.toContain("--all");
  });

  test.each(["help", "help --all"])("%s fits into 80 columns", async (line) => {
    for (const one of (await run(line)).stdout.split("\n")) expect(one.length, one).toBeLessThanOrEqual(80);
  });

  test("for a command of another tool suggests cowork's", async () => {
    const { code, stderr } = await run("help ps");
    expect([code, stderr]).toEqual([2, "cowork: ps is not a cowork command.\n  Next: cowork list\n"]);
  });
});

test("logs --setup shows the dev container's start-up log, as logs does", async () => {
  const answers = { logs: async () => undefined };
  for (const line of ["logs a --setup", "logs a"])
    expect((await run(line, { answers })).calls).toEqual([
      ["logs", expect.anything(), { follow: false }, expect.anything()],
    ]);
});
