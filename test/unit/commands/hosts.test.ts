import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import type { CleanOutcome } from "../../../src/session/session-host.ts";
import type { Outcome, SessionView } from "../../../src/session/types.ts";
import { sessionStatus, sessionView } from "../../support/fakes/fake-host.ts";
import { runCommandLine as run, type CommandResult } from "../../support/home/run-command-line.ts";

const done = (name: string): Outcome => ({ name, ok: true, session: sessionView({ name }), exitCode: 0, notes: [] });
const names = (result: CommandResult): string[] => result.calls.map(([name]) => name);
const namesAsked = ({ calls }: CommandResult, call: string): unknown =>
  (calls.find(([name]) => name === call)?.[1] as { names?: string[] } | undefined)?.names;
const gone = async (): Promise<never> => {
  throw new CoworkError("HOST_UNREACHABLE", "box does not answer.");
};
const conf = "SESSIONS=a b@box c@box\n";

describe("which host a command goes to", () => {
  test("the host of each session in SESSIONS", async () => {
    const stop = async (): Promise<Outcome[]> => [done("x")];
    const result = await run("stop a c", { conf, answers: { stop }, remotes: { box: { stop } } });
    expect(names(result).toSorted()).toEqual(["box stop", "stop"]);
    expect([namesAsked(result, "stop"), namesAsked(result, "box stop")]).toEqual([["a"], ["c"]]);
  });

  test("stop --hide reaches every host", async () => {
    const stop = async (): Promise<Outcome[]> => [done("x")];
    const { calls } = await run("stop a c --hide", { conf, answers: { stop }, remotes: { box: { stop } } });
    expect(calls.map((call) => (call[2] as { hide?: boolean }).hide)).toEqual([true, true]);
  });

  test("without names, every host with sessions of the project", async () => {
    const list = async (): Promise<SessionView[]> => [];
    expect(names(await run("list", { conf, answers: { list }, remotes: { box: { list } } })).toSorted()).toEqual([
      "box list",
      "list",
    ]);
  });

  test("the host of --host, for any sessions", async () => {
    const stop = async (): Promise<Outcome[]> => [done("a")];
    expect(names(await run("stop a --host box", { conf, remotes: { box: { stop } } }))).toEqual(["box stop"]);
    expect(names(await run("stop b --host local", { conf, answers: { stop }, remotes: { box: {} } }))).toEqual([
      "stop",
    ]);
  });

  test("HOST for new sessions; an existing session uses its own host", async () => {
    const connect = async (): Promise<number> => 7;
    const setting = { conf: `${conf}HOST=other\n`, remotes: { box: { connect }, other: { connect } } };
    expect(names(await run("connect new -- true", setting))).toEqual(["other connect"]);
    const known = await run("connect b -- true", setting);
    expect([known.code, names(known)]).toEqual([7, ["box connect"]]);
  });

  test("a host that only a .cowork.conf names, and that was not added, is not connected to", async () => {
    const setting = { conf, remotes: { box: { stop: async () => [done("b")] } }, unknown: ["box"] };
    const result = await run("stop b", setting);
    expect([result.code, names(result)]).toEqual([4, []]);
    expect(result.stderr).toContain("Unknown host box.");
    expect(result.stderr).toContain("Next: cowork host add box");
  });
});

test("clean removes the names of removed sessions from SESSIONS", async () => {
  const clean = async (): Promise<CleanOutcome[]> => [
    { name: "a", ok: true, exitCode: 0, notes: [], unsaved: [], removed: [] },
    { name: "b", ok: true, exitCode: 0, notes: [], unsaved: [], removed: [] },
  ];
  const result = await run("clean a b --host box", { conf, remotes: { box: { clean } } });
  expect(result.code).toBe(0);
  // The session a on this machine is a different one.
  expect(await readFile(join(result.root, ".cowork", ".cowork.conf"), "utf8")).toBe("SESSIONS=a c@box\n");
});

describe("a host that does not answer", () => {
  const remotes = { box: { list: gone, status: gone, stop: gone } };

  test("its sessions are listed as unreachable, with the others", async () => {
    const list = async (): Promise<SessionView[]> => [sessionView({ name: "a" })];
    const result = await run("list --json", { conf, remotes, answers: { list } });
    expect(result.code).toBe(0);
    const { sessions } = JSON.parse(result.stdout) as { sessions: SessionView[] };
    expect(sessions.map(({ name, host, state }) => [name, host, state])).toEqual([
      ["a", "local", "running"],
      ["b", "box", "unreachable"],
      ["c", "box", "unreachable"],
    ]);
    expect(sessions[1]?.error).toMatchObject({ code: "HOST_UNREACHABLE" });
    expect(result.stderr).toContain("box does not answer.");
  });

  test("status shows only that", async () => {
    const status = async () => [sessionStatus({ name: "a" })];
    const result = await run("status", { conf, remotes, answers: { status } });
    expect(result.stdout).toMatch(/b  unreachable  app\n  host       box\n  error      box does not answer\.\n/);
  });

  test("commands fail for these sessions only, with the host's exit code", async () => {
    const result = await run("stop --json", { conf, remotes, answers: { stop: async () => [done("a")] } });
    expect(result.code).toBe(4);
    const { sessions } = JSON.parse(result.stdout) as { sessions: Record<string, unknown>[] };
    expect(sessions.map(({ name, host, state }) => [name, host, state])).toEqual([
      ["a", "local", "running"],
      ["b", "box", "failed"],
      ["c", "box", "failed"],
    ]);
  });

  test("selected alone, it is an error", async () => {
    expect((await run("list --host box", { conf, remotes })).code).toBe(4);
  });
});

describe("init on hosts", () => {
  const init = async (): Promise<Outcome[]> => [
    { ...done("new"), host: "box", session: sessionView({ name: "new", host: "box" }) },
  ];

  test("SESSIONS has the host after the session's name", async () => {
    const result = await run("init new --host box", { conf: "SESSIONS=a\n", remotes: { box: { init } } });
    expect(result.code).toBe(0);
    expect(await readFile(join(result.root, ".cowork", ".cowork.conf"), "utf8")).toBe("SESSIONS=a new@box\n");
  });

  test("a session that does not exist on the host is removed from SESSIONS", async () => {
    const refused = new CoworkError("UP_FAILED", "no").toView();
    const failing = async (): Promise<Outcome[]> => [
      { name: "new", host: "box", ok: false, error: refused, exitCode: 1, notes: [] },
    ];
    const setting = { conf: "SESSIONS=a new@box\n", remotes: { box: { init: failing } } };
    const result = await run("init new", setting);
    expect(await readFile(join(result.root, ".cowork", ".cowork.conf"), "utf8")).toBe("SESSIONS=a\n");
  });

  test("a session of one host is not created on another", async () => {
    const result = await run("init b --host local", { conf, answers: { init }, remotes: { box: {} } });
    expect([result.code, names(result)]).toEqual([1, []]);
    expect(result.stderr).toContain("Session b already exists on box.");
  });

  test("without names, each session is created on its own host", async () => {
    const result = await run("init", { conf, answers: { init }, remotes: { box: { init } } });
    expect(names(result).toSorted()).toEqual(["box init", "init"]);
  });
});

describe("cowork host", () => {
  test("add checks the machine and saves the name; list shows it", async () => {
    const doctor = async () => [{ title: "git", status: "ok" as const, detail: "2.47" }];
    const result = await run("host add box me@machine --port 2222", { remotes: { box: { doctor } }, unknown: ["box"] });
    expect(result.code).toBe(0);
    expect(result.stdout).toBe("box\n✔ git  2.47\n");
    expect(JSON.parse(await readFile(join(result.home, ".cowork", "hosts.json"), "utf8"))).toEqual({
      box: { destination: "me@machine", port: 2222 },
    });
  });

  test("a host that does not answer is not saved", async () => {
    const result = await run("host add box", { remotes: { box: { doctor: gone } }, unknown: ["box"] });
    expect(result.code).toBe(4);
    expect(JSON.parse(await readFile(join(result.home, ".cowork", "hosts.json"), "utf8"))).toEqual({});
  });

  test.each([
    ["host add local", /is not a valid host name/],
    ["host add -x", /./],
    ["host add box me@machine --port 70000", /Invalid port 70000/],
    ["host fly", /Wrong arguments for/],
    ["host remove", /Wrong arguments for/],
  ])("%s is refused as wrong usage", async (line, message) => {
    const result = await run(line);
    expect([result.code, result.calls]).toEqual([2, []]);
    expect(result.stderr).toMatch(message);
  });

  test("remove refuses a host with sessions, except with --force", async () => {
    const list = async (): Promise<SessionView[]> => [sessionView({ name: "b", host: "box" })];
    const refused = await run("host remove box", { remotes: { box: { list } } });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("app/b")]);
    const forced = await run("host remove box --force", { remotes: { box: {} } });
    expect([forced.code, names(forced)]).toEqual([0, []]);
    expect((await run("host remove box", { remotes: { box: { list: gone } } })).code).toBe(4);
  });

  test("doctor reports the problems of a host", async () => {
    const bad = async () => [{ title: "Docker Engine", status: "problem" as const, detail: "does not answer" }];
    const result = await run("host doctor --json", { remotes: { box: { doctor: bad }, far: { doctor: gone } } });
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout)).toMatchObject({
      hosts: [
        { name: "box", checks: [{ title: "Docker Engine", status: "problem" }] },
        { name: "far", checks: [{ title: "Connection", status: "problem", detail: "box does not answer." }] },
      ],
    });
  });
});
