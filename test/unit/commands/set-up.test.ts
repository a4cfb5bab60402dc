import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import { sessionView } from "../../support/fakes/fake-host.ts";
import { readConfOf, runCommandLine as run } from "../../support/home/run-command-line.ts";

describe("config", () => {
  test("set writes the project's file inside a project, else the user's; an empty value removes the key", async () => {
    const inside = await run("config set CONNECT claude", { conf: "# mine\nCONNECT=zsh\n" });
    expect([inside.code, await readConfOf(inside.root)]).toEqual([0, "# mine\nCONNECT=claude\n"]);
    const outside = await run("config set CONNECT claude", { outside: true });
    expect(await readFile(join(outside.home, ".cowork", ".cowork.conf"), "utf8")).toMatch(/^CONNECT=claude$/m);
    const user = await run("config set --user MEMORY 4g");
    expect(await readFile(join(user.home, ".cowork", ".cowork.conf"), "utf8")).toMatch(/^MEMORY=4g$/m);
    const removed = await run(["config", "set", "CONNECT", ""], { conf: "CONNECT=zsh\nCPUS=2\n" });
    expect(await readConfOf(removed.root)).toBe("CPUS=2\n");
  });

  test("unset removes a key, even an unknown one", async () => {
    const result = await run("config unset CPUS", { conf: "CPUS=2\nCONNECT=zsh\n" });
    expect([result.code, await readConfOf(result.root)]).toEqual([0, "CONNECT=zsh\n"]);
    expect(result.stderr).toMatch(/^CPUS is no longer set in .*\.cowork\.conf\.$/m);
    const slip = await run("config unset CPU --json", { conf: "CPU=2\n" });
    expect([slip.code, await readConfOf(slip.root)]).toEqual([0, ""]);
    expect(JSON.parse(slip.stdout)).toMatchObject({ key: "CPU", value: "" });
    const user = await run("config unset CPUS --user", { conf: "CPUS=2\n" });
    expect([user.code, await readConfOf(user.root)]).toEqual([2, "CPUS=2\n"]);
  });

  test("get prints the value in effect, list the origin of each value", async () => {
    expect((await run("config get CPUS", { conf: "CPUS=2\n" })).stdout).toBe("2\n");
    expect((await run("config get CPUS", { conf: "CPUS=2\n", env: { COWORK_CPUS: "3" } })).stdout).toBe("3\n");
    const list = await run("config list --json", { conf: "CPUS=2\n" });
    const { settings } = JSON.parse(list.stdout) as { settings: { key: string }[] };
    expect(settings.find(({ key }) => key === "CPUS")).toMatchObject({ value: "2", origin: "project" });
  });

  test.each([
    ["config unset CPUS", 2, /CPUS is not set in \S+\.cowork\.conf\.\n {2}Next: cowork config list/],
    ["config unset NOTHING", 2, /Unknown configuration key `NOTHING`/],
    ["config unset cpus", 2, /use CPUS/],
    ["config unset SESSIONS", 2, /managed by cowork/],
    ["config unset", 2, /Wrong arguments for/],
    ["config set CPUS many", 2, /CPUS/],
    ["config set NOTHING x", 2, /NOTHING/],
    ["config set SESSIONS x", 2, /managed by cowork/],
    ["config set CPUS", 2, /Wrong arguments for/],
    ["config frobnicate", 2, /Unknown action "frobnicate"/],
    ["config get", 2, /Wrong arguments for/],
  ])("cowork %s is refused", async (line, code, message) => {
    const result = await run(line);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(message);
  });
});

describe("auth", () => {
  const login = {
    state: "ok" as const,
    detail: "logged in",
    method: "claude.ai",
    plan: "max",
    account: "p@example.invalid",
  };
  const status = {
    agent: "claude" as const,
    login,
    readable: true,
    repaired: [],
    problems: [],
    threats: ["a sets KEY"],
  };

  test("login passes the terminal through, and needs one", async () => {
    const answers = { login: async () => login };
    const result = await run("auth", { answers, columns: 80 });
    expect(result.code).toBe(0);
    expect(result.calls[0]?.[1]).toMatchObject({ longLived: false, settings: { agent: "claude" } });
    expect(result.calls[0]?.[2]).toMatchObject({ tty: { columns: 80 } });
    expect((await run("auth login", { answers })).stderr).toContain("Logging in needs a terminal.");
  });

  test("status shows the account and threats; 5 without a login", async () => {
    const well = await run("auth status", { answers: { authStatus: async () => status } });
    expect(well.code).toBe(0);
    expect(well.stdout).toContain("✔ Claude Code     logged in\n                  account  p@example.invalid\n");
    expect(well.stderr).toContain("note: a sets KEY");
    const none = { ...status, login: { state: "none" as const, detail: "not logged in" } };
    const without = await run("auth status --json", { answers: { authStatus: async () => none } });
    expect(without.code).toBe(5);
    expect(JSON.parse(without.stdout)).toMatchObject({
      agent: "claude",
      authMethod: null,
      state: "none",
      readable: true,
    });
    const text = await run("auth status", { answers: { authStatus: async () => none } });
    expect(text.stderr).toContain("Next: cowork auth login");
  });

  test("logout", async () => {
    const answers = { logout: async () => ({ loggedOut: true, notes: ["the vendor was informed"] }) };
    const result = await run("auth logout", { answers });
    expect([result.code, result.stdout]).toEqual([0, "Logged out, for all sessions on this host.\n"]);
  });

  test.each(["auth forget", "auth status --long-lived"])("cowork %s is refused", async (line) => {
    expect((await run(line)).code).toBe(2);
  });
});

describe("doctor, logs, help", () => {
  test("doctor fails if there is a problem", async () => {
    const checks = [
      { title: "Node", status: "ok" as const, detail: "24" },
      { title: "Engine", status: "problem" as const, detail: "does not answer", fix: "start it" },
    ];
    const result = await run("doctor --fix", { outside: true, answers: { doctor: async () => checks } });
    expect(result.code).toBe(1);
    expect(result.calls).toEqual([["doctor", { fix: true }]]);
    expect(result.stdout).toBe("✔ Node    24\n✖ Engine  problem: does not answer\n          Next: start it\n");
  });

  test("doctor works with a broken configuration", async () => {
    const result = await run("doctor --json", { conf: "CPUS=many\n", answers: { doctor: async () => [] } });
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout)).toMatchObject({ checks: [{ title: "Project", status: "problem" }] });
  });

  test("logs writes to stdout", async () => {
    const logs: SessionHost["logs"] = async (_selector, _options, out) => void out.write("line\n");
    const result = await run("logs a -f", { answers: { logs } });
    expect([result.stdout, result.calls[0]?.[2]]).toEqual(["line\n", { follow: true }]);
  });

  test("help for an unknown command suggests one", async () => {
    const result = await run("help inti");
    expect([result.code, result.stderr]).toEqual([
      2,
      'cowork: Unknown command "inti". Did you mean init?\n  Next: cowork help init\n',
    ]);
  });
});

describe("an error", () => {
  test("an internal error is one line, with a stack only with --verbose", async () => {
    const answers = {
      list: async () => {
        throw new TypeError("x is not a function");
      },
    };
    const quiet = await run("list", { answers });
    expect(quiet.stderr).toBe(
      "cowork: x is not a function\n  Next: run it again with --verbose and report what it prints\n",
    );
    expect((await run("list --verbose", { answers })).stderr).toMatch(/INTERNAL[^]*at /);
  });

  test("foreign control characters never reach the terminal", async () => {
    const answers = {
      list: async () => [sessionView({ branch: "\u001B[31mred\u001B]0;title\u0007\nnext" })],
      status: async () => {
        throw new CoworkError("GIT_FAILED", "git said: \u001B[2Jgone\r\n", { hint: "\u009B1A" });
      },
    };
    const list = await run("list", { answers });
    // oxlint-disable-next-line no-control-regex -- the test looks for control characters
    expect(list.stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
    expect((await run("status", { answers })).stderr).toBe("cowork: git said: gone\n");
  });
});
