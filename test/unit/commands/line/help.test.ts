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

  test.each(commands.map(({ name }) => name))("help %s fits into 80 columns", async (name) => {
    for (const setting of [{}, { columns: 80 }]) {
      const { stdout } = await run(`help ${name} --no-color`, setting);
      expect(stdout).toContain(`cowork ${name}`);
      for (const one of stdout.split("\n")) expect(one.length, one).toBeLessThanOrEqual(80);
    }
  });

  test("each example is on one line, with its text", async () => {
    for (const { name, examples } of commands) {
      const lines = (await run(`help ${name} --no-color`, { columns: 80 })).stdout
        .split("\n")
        .map((line) => line.trim());
      for (const { line, text } of examples)
        expect(
          lines.some((one) => one.startsWith(line) && one.endsWith(text)),
          `${line}: ${text}`,
        ).toBe(true);
    }
  });

  test("is as wide as the terminal, up to 100 columns, and readable in a narrow one", async () => {
    const widest = async (columns: number): Promise<number> => {
      const { stdout } = await run("help connect --no-color", { columns });
      return Math.max(...stdout.split("\n").map((line) => line.length));
    };
    expect(await widest(100)).toBeGreaterThan(80);
    expect(await widest(300)).toBe(await widest(100));
    expect(await widest(60)).toBeLessThanOrEqual(60);
  });

  test("for a name that is nearly a command's shows how to get its help", async () => {
    expect((await run("help lsit")).stderr).toBe(
      'cowork: Unknown command "lsit". Did you mean list?\n  Next: cowork help list\n',
    );
  });

  test("for a command of another tool suggests cowork's", async () => {
    const { code, stderr } = await run("help ps");
    expect([code, stderr]).toEqual([2, "cowork: ps is not a cowork command.\n  Next: cowork list\n"]);
  });
});

test("logs --setup shows the dev container's start-up log; without it the host decides what there is", async () => {
  const answers = { logs: async () => undefined };
  const options = async (line: string): Promise<unknown> => (await run(line, { answers })).calls[0]?.[2];
  expect(await options("logs a --setup")).toEqual({ follow: false, show: "setup" });
  expect(await options("logs a")).toEqual({ follow: false });
});
