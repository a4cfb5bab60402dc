import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runCommandLine as run, type CommandSetting } from "../../../support/home/run-command-line.ts";

const record = async (
  { home, root }: { home: string; root: string },
  name: string,
  project = "app",
  projectRoot = root,
): Promise<void> => {
  const id = `${project}-${name}`;
  const folder = join(home, ".cowork", "state", id);
  await mkdir(folder, { recursive: true });
  const start = { branch: name, commit: "c0", existing: false };
  const facts = { schema: 1, id, name, project, projectRoot, folder: project, rootCommit: "r0", start };
  const rest = { createdAt: "2026-03-01T12:00:00.000Z", phase: "ready", agent: "claude", cloned: true };
  const none = { volumes: [], images: [], carried: [] };
  await writeFile(join(folder, "session.json"), JSON.stringify({ ...facts, ...rest, ...none }));
};

const login = { state: "ok" as const, detail: "logged in" };

const setting: CommandSetting = {
  columns: 80,
  env: { NO_COLOR: "1" },
  answers: {
    authStatus: async () => ({ agent: "claude", login, readable: true, repaired: [], problems: [], threats: [] }),
    agentOpen: async () => ({ how: "launched" }),
    agentWindow: async () => ({ open: true }),
    connect: async () => 0,
    list: async () => [],
  },
  prepare: async (place) => {
    for (const name of ["a", "up", "list", "search"]) await record(place, name);
    await record(place, "b", "other", join(place.root, "..", "other"));
  },
};

const called = async (line: string, more: CommandSetting = {}): Promise<unknown> => {
  const { code, calls } = await run(line.split(" ").filter(Boolean), { ...setting, ...more });
  const [, request] = calls.find(([name]) => name === "connect") ?? [];
  if (request === undefined) return calls[0]?.[0] ?? code;
  const { selector, window } = request as { selector: { names: string[] }; window?: string };
  return `${window === "agent" ? "open" : "connect"} ${selector.names[0]}`;
};

describe("on a terminal", () => {
  test.each([
    ["", "list"],
    ["--verbose", "list"],
    ["a", "open a"],
    ["A", "open A"],
    ["a --rm", "open a"],
    ["--host local a", "open a"],
    ["a -- true", "open a"],
    ["other/b", "open b"],
    ["other-b@local", "open b"],
  ])("cowork %s is expanded", async (line, wanted) => {
    expect(await called(line)).toBe(wanted);
  });

  test.each([
    ["saerch", "saerch is neither a command nor a session. Did you mean session search?\n  Next: cowork open search"],
    ["lsit", "Did you mean list?\n  Next: cowork list"],
    ["b", "b is neither a command nor a session. Did you mean session other/b?\n  Next: cowork open other/b"],
    ["quite-another", 'Unknown command "quite-another".'],
  ])("a mistyped word gets a suggestion: %s", async (word, message) => {
    const { code, calls, stderr } = await run([word], setting);
    expect([code, calls]).toEqual([2, []]);
    expect(stderr).toContain(message);
  });

  test("a command of cowork or of another tool is not mistaken for a session of that name", async () => {
    expect(await called("list")).toBe("list");
    const { code, calls, stderr } = await run("up", setting);
    expect([code, calls]).toEqual([2, []]);
    expect(stderr).toContain("up is not a cowork command.\n  Next: cowork init <session>");
  });

  test.each([["nothing"], ["a@box"]])("cowork %s, which is not a session, is an error", async (word) => {
    const { code, calls, stderr } = await run(word, setting);
    expect([code, calls]).toEqual([2, []]);
    expect(stderr).toContain(`Unknown command "${word}".`);
  });

  test("an error in the rest of the line is reported for the expanded command", async () => {
    const { code, stderr } = await run("a ls -l", setting);
    expect(code).toBe(2);
    expect(stderr).toContain("cowork open does not take");
  });

  test.each(["-h", "--help"])("cowork %s shows help", async (line) => {
    const { code, calls, stdout } = await run(line, setting);
    expect([code, calls]).toEqual([0, []]);
    expect(stdout).toContain("cowork help <command>");
  });
});

describe("without a terminal", () => {
  const { columns: _, ...piped } = setting;

  test("cowork alone shows help, and a session's name is not a command", async () => {
    const bare = await run([], piped);
    expect([bare.code, bare.calls]).toEqual([0, []]);
    expect(bare.stdout).toContain("cowork help <command>");
    expect(await run("a", piped)).toMatchObject({ code: 2, calls: [] });
  });
});
