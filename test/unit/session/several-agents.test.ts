import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Agent } from "../../../src/agent/types.ts";
import type { Settings } from "../../../src/config/types.ts";
import type { RunRequest } from "../../../src/contract/work/run.ts";
import { checkAgents } from "../../../src/session/checks/agent.ts";
import { enterSession } from "../../../src/session/connect/enter.ts";
import { listSessions } from "../../../src/session/inspect/list.ts";
import { sessionStatus } from "../../../src/session/inspect/status.ts";
import { createSessions } from "../../../src/session/lifecycle/create.ts";
import { startSessions } from "../../../src/session/lifecycle/start.ts";
import { stopSessions } from "../../../src/session/lifecycle/stop.ts";
import { readRecord, writeRecord } from "../../../src/session/record/record.ts";
import type { Outcome } from "../../../src/session/types.ts";
import { agentWork } from "../../../src/session/work/agent-work.ts";
import { answerApproval } from "../../../src/session/work/approvals.ts";
import { openAgent } from "../../../src/session/work/open-agent.ts";
import { startRun } from "../../../src/session/work/runs.ts";
import { interruptAgent, sendPrompt } from "../../../src/session/work/talk.ts";
import { sampleAgent } from "../../support/fakes/sample-agent.ts";
import { sessionHost, type SessionHost } from "../../support/fakes/session-host.ts";

/** Claude, and a made-up agent in the place of Codex. */
vi.mock("../../../src/agent/catalog.ts", async (original) => {
  const { claude } = await import("../../../src/agent/claude/agent.ts");
  const { sampleAgent: made } = await import("../../support/fakes/sample-agent.ts");
  const { readLoginFile } = await import("../../../src/agent/login-file.ts");
  const read: Agent["login"]["read"] = async (ctx) => {
    const file = await readLoginFile(ctx, "codex", "token");
    return "login" in file ? file.login : { state: "ok", detail: "logged in" };
  };
  const agents: Agent[] = [claude, { ...made, id: "codex", login: { ...made.login, read } }];
  return {
    ...(await original<object>()),
    allAgents: () => agents,
    findAgent: (id: string) => agents.find((one) => one.id === id),
    getAgent: (id: string) => agents.find((one) => one.id === id),
  };
});

let host: SessionHost;
beforeEach(async () => {
  host = await sessionHost();
  const version = sampleAgent.install.pinned;
  for (const variant of ["linux-x64", "linux-arm64"])
    host.ctx.known?.failures.set(`agent codex ${version} ${variant}`, "not installed in this test");
});
afterEach(async () => await host.end());

async function init(
  name: string,
  settings: Partial<Settings>,
  options: { agent?: "claude" | "codex" } = {},
): Promise<Outcome[]> {
  const request = await host.request([name]);
  return await createSessions(host.ctx, {
    ...request,
    settings: { ...request.settings, ...settings },
    options: { ...request.options, ...options },
  });
}
const one = (name: string) => ({ ...host.select(name), names: [name] as [string] });
const targets = (name: string): string[] =>
  (host.containers(name)[0]?.mounts ?? []).map(({ destination }) => destination);
const launchFile = (name: string, agent: string): boolean =>
  existsSync(join(host.ctx.paths.container(`app-${name}`), `agent-${agent}`));

/** Puts a login of the made-up agent into the vault. */
async function logIn(): Promise<void> {
  const { paths, user } = host.ctx;
  const file = join(paths.vault("codex"), "token");
  await mkdir(paths.vault("codex"), { recursive: true, mode: 0o700 });
  await writeFile(file, "made-up\n", { mode: 0o600 });
  for (const path of [paths.vault("codex"), file]) await chown(path, user.sessionUid, user.sessionGid);
}

describe("a session keeps the agent that it was created with", () => {
  test("its container, its record and every later start are made for that agent", async () => {
    expect(await init("a", {})).toMatchObject([{ ok: true, session: { agent: "claude" } }]);
    expect(await init("b", { agent: "codex" })).toMatchObject([{ ok: true, session: { agent: "codex" } }]);
    expect(targets("a")).toEqual(expect.arrayContaining(["/cowork/auth/claude", "/cowork/session/claude"]));
    expect(targets("b")).toEqual(
      expect.arrayContaining(["/cowork/auth/codex", "/cowork/session/codex", "/etc/sample"]),
    );
    expect(targets("b").join()).not.toContain("claude");

    // The configuration names another agent now.
    const settings = { ...host.settings, agent: "codex" as const };
    await stopSessions(host.ctx, host.select("a"), { concurrency: 1 });
    expect(await startSessions(host.ctx, host.select("a"), { settings })).toMatchObject([{ ok: true }]);
    const io = {
      stdin: new PassThrough().end(),
      stdout: new PassThrough().resume(),
      stderr: new PassThrough().resume(),
    };
    await enterSession(host.ctx, { selector: one("a"), settings, tmux: false }, io);
    expect([launchFile("a", "claude"), launchFile("a", "codex"), launchFile("b", "codex")]).toEqual([
      true,
      false,
      true,
    ]);
    const { project, source } = await host.request(["a"]);
    await startSessions(host.ctx, host.select("a"), { settings, rebuild: { project, source, settings } });
    expect(targets("a")).toContain("/cowork/session/claude");
    expect(targets("a").join()).not.toContain("codex");
    const views = await listSessions(host.ctx, host.select());
    expect(views.map(({ name, agent }) => [name, agent])).toEqual([
      ["a", "claude"],
      ["b", "codex"],
    ]);
  });

  test("init with another name is refused before anything is done; without a name it finishes the session", async () => {
    await init("a", {});
    await expect(init("a", { agent: "codex" }, { agent: "codex" })).rejects.toMatchObject({
      code: "USAGE",
      message: "Session a has the agent claude, and a session keeps the one that it was created with.",
      hint: "cowork init <session> --agent codex",
    });
    expect(await init("a", { agent: "codex" })).toMatchObject([{ ok: true, session: { agent: "claude" } }]);
    expect(await init("a", {}, { agent: "claude" })).toMatchObject([{ ok: true }]);
  });

  test("a missing login is reported for the session's own agent, with a command that names it", async () => {
    const [made] = await init("b", { agent: "codex" });
    expect(made?.notes).toContain("not logged in: run `cowork auth login --agent codex`");
    // `cowork auth login` would log codex in.
    await init("a", {});
    const settings = { ...host.settings, agent: "codex" as const };
    await stopSessions(host.ctx, host.select("a"), { concurrency: 1 });
    const [started] = await startSessions(host.ctx, host.select("a"), { settings });
    expect(started?.notes).toContain("not logged in: run `cowork auth login --agent claude`");
    const user = { saved: async () => undefined };
    await logIn();
    const status = await sessionStatus(host.ctx, user, host.select(), { precious: [], brief: true });
    expect(status.map(({ name, login }) => [name, login])).toEqual([
      ["a", "none"],
      ["b", "ok"],
    ]);
  });

  test("one that only a newer cowork knows is not started, and says so", async () => {
    await init("a", {});
    const record = await readRecord(host.ctx, "app-a");
    if (record !== undefined) await writeRecord(host.ctx, { ...record, agent: "newer" });
    await stopSessions(host.ctx, host.select("a"), { concurrency: 1 });
    const [started] = await startSessions(host.ctx, host.select("a"), { settings: host.settings });
    expect(started).toMatchObject({ ok: false, error: { code: "AGENT_UNAVAILABLE" } });
    expect(started?.error?.message).toContain("has the agent newer, which this version of cowork does not know");
    expect((await checkAgents(host.ctx)).map(({ detail }) => detail).join()).toContain("newer: not known");
  });
});

describe("doctor", () => {
  const titles = async (): Promise<string[]> => (await checkAgents(host.ctx)).map(({ title }) => title);

  test("checks the agents that are in use: with sessions, installed or logged in; else the usual one", async () => {
    expect(await titles()).toEqual(["Claude Code", "Claude Code login"]);
    await mkdir(join(host.ctx.paths.agentLib("codex"), "1.2.3"), { recursive: true });
    expect(await checkAgents(host.ctx)).toMatchObject([
      { title: "Sample Agent", detail: "1.2.3" },
      { title: "Sample Agent login", status: "warning", fix: "cowork auth login --agent codex" },
    ]);
    await init("a", {});
    expect(await titles()).toEqual(["Claude Code", "Claude Code login", "Sample Agent", "Sample Agent login"]);
  });

  test("a login alone is a use, and so is a session alone", async () => {
    await logIn();
    expect(await titles()).toEqual(["Sample Agent", "Sample Agent login"]);
    await init("b", { agent: "codex" });
    expect(await titles()).toEqual(["Sample Agent", "Sample Agent login"]);
  });
});

describe("a program of AGENT_COMMAND", () => {
  const line = "tool --say 'two words' \"$HOME\"; exit 3";
  const state = async (): Promise<unknown> => (await listSessions(host.ctx, host.select("c")))[0]?.agentState;
  const checked = async (): Promise<unknown> =>
    (await agentWork(host.ctx, host.select("c"), { check: true }))[0]?.agentState;
  const enter = async (): Promise<number> => {
    const io = {
      stdin: new PassThrough().end(),
      stdout: new PassThrough().resume(),
      stderr: new PassThrough().resume(),
    };
    const request = { selector: one("c"), settings: host.settings, tmux: false, window: "agent" } as const;
    return await enterSession(host.ctx, request, io);
  };

  beforeEach(async () => {
    await init("c", { agentCommand: line });
  });

  test("has nothing of an agent in its container", async () => {
    expect(await listSessions(host.ctx, host.select("c"))).toMatchObject([{ state: "running", agent: "command" }]);
    expect(targets("c").filter((path) => path.startsWith("/cowork/") || path.startsWith("/etc/"))).toEqual([
      "/cowork/session/events",
    ]);
    expect(existsSync(host.ctx.paths.vault("claude"))).toBe(false);
  });

  test("is a line for the shell inside alone, and its state is that of its process", async () => {
    expect(await state()).toMatchObject({ state: "none" });
    await openAgent(host.ctx, one("c"), { settings: host.settings });
    let during: unknown;
    const attach = host.engine.attach.bind(host.engine);
    host.engine.attach = async (id, spec, io) => {
      await attach(id, spec, io);
      await vi.waitFor(() => expect(existsSync(host.ctx.paths.program("app-c"))).toBe(true));
      during = await state();
      return 3;
    };
    expect(await enter()).toBe(3);
    expect(host.engine.commands.at(-1)?.slice(-3)).toEqual(["/bin/sh", "-c", line]);
    expect(during).toMatchObject({ state: "unknown", detail: "it runs: state from its process only" });
    expect(await state()).toMatchObject({ state: "ended", detail: "exit code 3" });
  });

  test("one that was killed with its terminal has ended once its process is looked for, and after a stop", async () => {
    const running = (): void =>
      writeFileSync(
        host.ctx.paths.program("app-c"),
        JSON.stringify({ pid: 4242, startedAt: "2999-01-01T00:00:00.000Z" }),
      );
    running();
    const exec = host.engine.exec.bind(host.engine);
    host.engine.exec = async () => ({ code: 0, stdout: "yes\n", stderr: "", truncated: false });
    expect(await checked()).toMatchObject({ state: "unknown" });
    host.engine.exec = async () => ({ code: 0, stdout: "no\n", stderr: "", truncated: false });
    expect(await checked()).toMatchObject({ state: "ended", detail: "killed" });
    expect(JSON.parse(readFileSync(host.ctx.paths.program("app-c"), "utf8"))).toMatchObject({ detail: "killed" });
    running();
    host.engine.exec = exec;
    await stopSessions(host.ctx, host.select("c"), { concurrency: 1 });
    expect(await state()).toMatchObject({ state: "ended", detail: "killed" });
  });

  test("runs, prompts, interrupts and answers need an agent, and the error says so", async () => {
    const { settings } = host;
    const run = { prompt: "x", settings } as RunRequest;
    const answer = { id: "q7f", digest: "", decision: "allow", by: "me", through: "command" } as const;
    const needed = {
      code: "AGENT_UNAVAILABLE",
      message: expect.stringMatching(/AGENT_COMMAND \(tool .*known agent/) as string,
    };
    await expect(startRun(host.ctx, one("c"), run)).rejects.toMatchObject(needed);
    await expect(sendPrompt(host.ctx, one("c"), { text: "x", settings })).rejects.toMatchObject(needed);
    await expect(interruptAgent(host.ctx, one("c"), { by: "me" })).rejects.toMatchObject(needed);
    await expect(answerApproval(host.ctx, one("c"), answer)).rejects.toMatchObject(needed);
    await expect(openAgent(host.ctx, one("c"), { prompt: "x", settings })).rejects.toMatchObject({ code: "USAGE" });
  });

  test("keeps its program when the configuration has another", async () => {
    const settings = { ...host.settings, agentCommand: "other" };
    await stopSessions(host.ctx, host.select("c"), { concurrency: 1 });
    await startSessions(host.ctx, host.select("c"), { settings });
    expect(await readRecord(host.ctx, "app-c")).toMatchObject({ agent: "command", agentCommand: line });
  });
});
