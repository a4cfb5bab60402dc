import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sharedPolicyMount } from "../../../../src/agent/parts.ts";
import { getAgent } from "../../../../src/agent/catalog.ts";
import { authStatus } from "../../../../src/auth/status.ts";
import { enterSession } from "../../../../src/session/connect/enter.ts";
import { listSessions } from "../../../../src/session/inspect/list.ts";
import { sessionStatus } from "../../../../src/session/inspect/status.ts";
import { startSessions } from "../../../../src/session/lifecycle/start.ts";
import { stopSessions } from "../../../../src/session/lifecycle/stop.ts";
import { agentWork } from "../../../../src/session/work/agent-work.ts";
import { sessionHost, type SessionHost } from "../../../support/fakes/session-host.ts";

let host: SessionHost;
beforeEach(async () => {
  host = await sessionHost();
  await host.init("a");
});
afterEach(async () => await host.end());

const id = "app-a";
const agent = getAgent("claude");
const inbox = (): string => join(host.ctx.paths.events(id), "inbox");
const history = async (): Promise<string> => await readFile(host.ctx.paths.eventLog(id), "utf8").catch(() => "");

/** What a hook's script leaves. */
async function report(name: string, input: object): Promise<void> {
  const text = `${name.split(".").at(-1)}\n${JSON.stringify(input)}\n`;
  await mkdir(inbox(), { recursive: true });
  await writeFile(join(inbox(), name), text);
  await writeFile(join(host.ctx.paths.events(id), "last"), text);
}

test("a named session whose record cannot be read is an error; without names the others are read", async () => {
  writeFileSync(host.ctx.paths.record(id), "{");
  const failed = agentWork(host.ctx, host.select("a"), { check: false });
  await expect(failed).rejects.toMatchObject({ code: "RECORD_CORRUPT" });
  const { names: _, ...all } = host.select();
  expect(await agentWork(host.ctx, all, { check: false })).toEqual([]);
});

describe("what agents do", () => {
  const tool = { session_id: "s", tool_name: "Bash", tool_input: { command: "make" } };

  test("list reads it from small files and takes nothing in; a check does", async () => {
    const [before] = await listSessions(host.ctx, host.select());
    expect(before).toMatchObject({ state: "running", agentState: { state: "none" }, approvals: 0 });
    await report("1.00-1.PreToolUse", tool);
    const calls: string[] = [];
    host.onCall = (name) => void calls.push(name);
    const [listed] = await listSessions(host.ctx, host.select());
    expect(listed?.agentState).toMatchObject({ state: "working", detail: "Bash: make" });
    expect(calls).toEqual(["engine listContainers"]);
    expect(readdirSync(inbox())).toHaveLength(1);
    expect(await agentWork(host.ctx, host.select(), { check: false })).toMatchObject([
      { sessionId: id, name: "a", project: "app", agentState: { state: "working" }, approvals: 0 },
    ]);
    expect(readdirSync(inbox())).toHaveLength(1);

    // No process of the agent is found in the container.
    const [checked] = await agentWork(host.ctx, host.select(), { check: true });
    expect(checked?.agentState).toMatchObject({ state: "ended", detail: "killed" });
    expect(calls.filter((name) => name === "engine exec")).toHaveLength(1);
    expect(readdirSync(inbox())).toEqual([]);
    expect(await history()).toContain('"event":"PreToolUse"');
  });

  test("an agent that was killed is noted when its terminal ends, so that list knows it without a check", async () => {
    const sessions = join(host.ctx.paths.agentState(id, "claude"), "sessions");
    await mkdir(sessions, { recursive: true });
    const program = { pid: 7, procStart: "99", sessionId: "s", entrypoint: "cli", status: "busy" };
    await writeFile(join(sessions, "7.json"), JSON.stringify({ ...program, statusUpdatedAt: Date.now() }));
    await report("1.00-1.PreToolUse", tool);
    const state = async (): Promise<unknown> => (await listSessions(host.ctx, host.select()))[0]?.agentState;
    const selector = { ...host.select("a"), names: ["a"] as [string] };
    const connect = async (terminal: object = {}): Promise<void> => {
      const io = { stdin: new PassThrough().end(), stdout: new PassThrough(), stderr: new PassThrough() };
      for (const stream of [io.stdout, io.stderr]) stream.resume();
      await enterSession(host.ctx, { selector, settings: host.settings, tmux: false }, { ...io, ...terminal });
    };
    await connect();
    expect(await state()).toMatchObject({ state: "working" });
    await connect({ tty: { columns: 80, rows: 24, onResize: () => () => undefined } });
    expect(await state()).toMatchObject({ state: "ended", detail: "killed" });
  });

  test("status checks it, unless it has to be brief", async () => {
    await report("1.00-1.PreToolUse", tool);
    const user = { saved: async () => undefined };
    const [brief] = await sessionStatus(host.ctx, user, host.select(), { precious: [], brief: true });
    expect(brief?.agentState).toMatchObject({ state: "working" });
    const [full] = await sessionStatus(host.ctx, user, host.select(), { precious: [] });
    expect(full?.agentState).toMatchObject({ state: "ended" });
  });

  test("a stopped session's agent has ended, and before the next start its reports are taken in", async () => {
    await report("1.00-1.Stop", { session_id: "s", background_tasks: [] });
    await stopSessions(host.ctx, host.select("a"), { concurrency: 1 });
    const [stopped] = await listSessions(host.ctx, host.select());
    expect(stopped).toMatchObject({ state: "stopped", agentState: { state: "ended", detail: "killed" } });
    await startSessions(host.ctx, host.select("a"), { settings: host.settings });
    expect(await history()).toContain('"event":"Stop"');
    expect(readdirSync(inbox())).toEqual([]);
    // The engine in memory starts everything at the same time.
    await utimes(join(host.ctx.paths.events(id), "last"), 1, 1);
    const [started] = await listSessions(host.ctx, host.select());
    expect(started?.agentState).toMatchObject({ state: "unknown", detail: "stale" });
  });

  test("a session without a container has no agent", async () => {
    await host.init("b");
    const [container] = host.containers("b");
    await host.engine.removeContainer(container?.id ?? "");
    const views = await listSessions(host.ctx, host.select("b"));
    expect(views).toMatchObject([{ state: "missing", agentState: { state: "none" } }]);
  });
});

describe("the policy", () => {
  const policyOf = () => host.containers("a")[0]?.mounts.find(({ destination }) => destination === "/etc/claude-code");

  /** The session as an older cowork made it: with the policy that all sessions of the host shared. */
  async function madeBefore(source: string): Promise<void> {
    const { paths } = host.ctx;
    for (const name of ["devcontainer.json", "mounts.json"]) {
      const path = join(paths.devcontainer(id), name);
      const text = readFileSync(path, "utf8");
      expect(text).toContain(paths.policy(id));
      writeFileSync(path, text.replaceAll(paths.policy(id), source));
    }
    const mount = policyOf();
    if (mount !== undefined) mount.source = source;
  }

  test("a new container has its own, read-only", () => {
    expect(policyOf()).toMatchObject({ source: host.ctx.paths.policy(id), writable: false });
    expect(readdirSync(host.ctx.paths.policy(id))).toEqual(["managed-settings.json"]);
  });

  test("a container that an older cowork made is started and checked as before, and its policy guards the login", async () => {
    const [shared] = await sharedPolicyMount(host.ctx, agent);
    await madeBefore(shared?.source ?? "");
    await stopSessions(host.ctx, host.select("a"), { concurrency: 1 });
    const [outcome] = await startSessions(host.ctx, host.select("a"), { settings: host.settings });
    expect(outcome).toMatchObject({ ok: true, session: { state: "running" } });
    expect(policyOf()?.source).toBe(shared?.source);
    expect(host.states("a")).toBe("main=running");
    const [container] = host.containers("a");
    Object.assign(container?.env ?? {}, { ANTHROPIC_API_KEY: "made-up" });
    expect((await authStatus(host.ctx, agent)).threats.join()).toContain("does not see it");
  });

  test("another folder in its place is not started", async () => {
    await stopSessions(host.ctx, host.select("a"), { concurrency: 1 });
    const mount = policyOf();
    if (mount !== undefined) mount.source = host.ctx.paths.policy("app-other");
    const [outcome] = await startSessions(host.ctx, host.select("a"), { settings: host.settings });
    expect(outcome).toMatchObject({ ok: false, error: { code: "UP_FAILED" } });
    expect(outcome?.error?.message).toContain("/etc/claude-code is not cowork's own folder");
  });

  test("a damaged one is corrected at the next start", async () => {
    const path = join(host.ctx.paths.policy(id), "managed-settings.json");
    const good = await readFile(path, "utf8");
    await writeFile(path, "{}");
    await stopSessions(host.ctx, host.select("a"), { concurrency: 1 });
    await startSessions(host.ctx, host.select("a"), { settings: host.settings });
    expect(await readFile(path, "utf8")).toBe(good);
  });
});
