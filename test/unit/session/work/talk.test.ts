import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { RunRequest, RunView } from "../../../../src/contract/work/run.ts";
import type { Context } from "../../../../src/system/context.ts";
import { withLock } from "../../../../src/system/locks.ts";
import { interruptAgent, sendPrompt } from "../../../../src/session/work/talk.ts";
import { readHistory } from "../../../../src/work/history/read-history.ts";
import { runLock, writeRun } from "../../../../src/work/runs/run-files.ts";
import { runView } from "../../../support/fakes/run-view.ts";
import { sessionHost, type SessionHost } from "../../../support/fakes/session-host.ts";

interface Setting {
  host: SessionHost;
  ctx: Context;
  /** what was written to the container's programs */
  written: string[];
  /** exit codes of the next writes */
  codes: number[];
  /** processes of the agent in the container */
  processes: string[];
}

let setting: Setting;

beforeEach(async () => {
  const host = await sessionHost();
  onTestFinished(async () => await host.end());
  await host.init("a");
  const written: string[] = [];
  const codes: number[] = [];
  const processes: string[] = [];
  const exec: Context["engine"]["exec"] = async (_id, { command }, { input } = {}) => {
    const isList = command.join(" ").includes("/proc/");
    if (!isList && input !== undefined) written.push(String(input));
    const code = isList ? 0 : (codes.shift() ?? 0);
    return { code, stdout: isList ? processes.map((one) => `${one}\n`).join("") : "", stderr: "", truncated: false };
  };
  const engine = Object.create(host.ctx.engine, { exec: { value: exec } }) as Context["engine"];
  // Waiting takes no time.
  let waited = 0;
  const clock: Context["clock"] = {
    now: () => new Date(Date.now() + waited),
    sleep: async (ms) => void (waited += ms),
  };
  setting = { host, ctx: { ...host.ctx, engine, clock }, written, codes, processes };
});

/** A run of session a that is active: its process holds the lock. @returns what ends it */
async function active(change: Partial<RunView> = {}): Promise<() => Promise<void>> {
  const { ctx } = setting;
  await write({ state: "running", startedAt: "2026-03-01T12:00:00.000Z", conversation: "c-1", ...change });
  const end = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const lock = withLock(ctx, runLock("app-a"), {}, async () => {
    held.resolve();
    await end.promise;
  });
  await held.promise;
  const finish = async (): Promise<void> => {
    end.resolve();
    await lock;
  };
  onTestFinished(finish);
  return finish;
}

async function write(change: Partial<RunView>): Promise<void> {
  await mkdir(setting.ctx.paths.run("app-a", 1), { recursive: true });
  await writeRun(setting.ctx, runView(change));
}

const one = (): Parameters<typeof sendPrompt>[1] => ({ ...setting.host.select("a"), names: ["a"] });
const send = async (text: string): ReturnType<typeof sendPrompt> =>
  await sendPrompt(setting.ctx, one(), { text, settings: setting.host.settings });
const interrupt = async (): ReturnType<typeof interruptAgent> =>
  await interruptAgent(setting.ctx, one(), { by: "ada" });
const journal = async (): Promise<unknown[]> =>
  (await readHistory(setting.ctx, "app-a", { limit: 100 })).events.map(({ source, type, data }) => [
    source,
    type,
    data,
  ]);

async function inTerminal(): Promise<void> {
  const folder = join(setting.ctx.paths.agentState("app-a", "claude"), "sessions");
  await mkdir(folder, { recursive: true });
  const program = { pid: 7, procStart: "99", entrypoint: "cli", status: "idle", statusUpdatedAt: Date.now() };
  await writeFile(join(folder, "7.json"), JSON.stringify(program));
}

describe("send", () => {
  test("a run that continues has the permissions of the one before, but no more than the caller may give", async () => {
    const { ctx, host } = setting;
    const vault = ctx.paths.vault("claude");
    await mkdir(vault, { recursive: true });
    const claudeAiOauth = {
      accessToken: "a",
      refreshToken: "r",
      expiresAt: Date.now() + 1e7,
      scopes: ["user:inference"],
    };
    const file = join(vault, ".credentials.json");
    await writeFile(file, JSON.stringify({ claudeAiOauth }));
    if (process.getuid?.() === 0) await chown(file, ctx.user.sessionUid, ctx.user.sessionGid);
    const ended = { state: "completed", startedAt: "2026-03-01T12:00:00.000Z", conversation: "c-1" } as const;
    const permissions = async (most?: "ask" | "edits"): Promise<unknown> => {
      await write({ ...ended, permissions: "all" });
      const request = { text: "more", settings: host.settings, through: "mcp", ...(most && { most }) };
      // The process of the run is not there in this test.
      await sendPrompt(ctx, one(), request).catch(() => undefined);
      return (JSON.parse(await readFile(join(ctx.paths.run("app-a", (n += 1)), "request.json"), "utf8")) as RunRequest)
        .permissions;
    };
    let n = 1;
    expect([await permissions("edits"), await permissions("ask"), await permissions()]).toEqual([
      "edits",
      "ask",
      "all",
    ]);
  });

  test("an active run gets the text as one line, and the journal has who sent what", async () => {
    await active();
    expect(await send("and the docs\nplease")).toMatchObject({ how: "run", run: { id: "a:1" } });
    expect(setting.written.map((line) => JSON.parse(line) as unknown)).toEqual([
      { type: "user", message: { role: "user", content: "and the docs\nplease" } },
    ]);
    expect(await journal()).toEqual([
      ["person", "prompt.sent", { run: "a:1", by: setting.ctx.user.name, how: "run", detail: "and the docs" }],
    ]);
  });

  test("a run that does not take the text yet gets it a moment later", async () => {
    await active();
    setting.codes.push(9, 9);
    expect(await send("x")).toMatchObject({ how: "run" });
    expect(setting.written).toHaveLength(3);
  });

  test.each([
    [{ state: "created" as const, queued: 2 }, "is in the queue"],
    [{ state: "waiting" as const, until: "2026-03-01T15:00:00.000Z" }, "waits for the end of the usage limit"],
  ])("a run that has no process is not written to: %o", async (change, message) => {
    await active(change);
    await expect(send("x")).rejects.toMatchObject({ code: "AGENT_BUSY", message: expect.stringContaining(message) });
    expect(setting.written).toEqual([]);
  });

  test("without a conversation it names run", async () => {
    await expect(send("x")).rejects.toMatchObject({ code: "NO_CONVERSATION", hint: "cowork run a <text>" });
  });

  test("an agent in a terminal is not typed to, one that is gone from there does not count", async () => {
    await inTerminal();
    await expect(send("x")).rejects.toMatchObject({ code: "NO_CONVERSATION" });
    setting.processes.push("7 99");
    await expect(send("x")).rejects.toMatchObject({
      code: "AGENT_BUSY",
      hint: expect.stringContaining("cowork connect a"),
    });
  });

  test("after the end of a run a new one continues its conversation, which needs a login", async () => {
    await write({ state: "completed", startedAt: "2026-03-01T12:00:00.000Z", conversation: "c-1" });
    await expect(send("more")).rejects.toMatchObject({ code: "NOT_LOGGED_IN" });
    expect(await journal()).toEqual([]);
  });
});

describe("interrupt", () => {
  test("the agent of a running run gets it, and the journal says by whom", async () => {
    await active();
    expect(await interrupt()).toEqual({ how: "run" });
    expect(setting.written[0]).toContain('"subtype":"interrupt"');
    expect(await journal()).toEqual([["person", "agent.interrupted", { run: "a:1", by: "ada" }]]);
  });

  test.each([{ state: "created" as const }, { state: "waiting" as const, until: "2026-03-01T15:00:00.000Z" }])(
    "a run without a process is stopped: %o",
    async (change) => {
      await active(change);
      expect(await interrupt()).toEqual({ how: "run" });
      expect(setting.written).toEqual([]);
    },
  );

  test("without a run there is nothing to interrupt, and a terminal is left to the person there", async () => {
    expect(await interrupt()).toEqual({ how: "nothing" });
    await inTerminal();
    setting.processes.push("7 99");
    await expect(interrupt()).rejects.toMatchObject({ code: "AGENT_BUSY", hint: expect.stringContaining("press Esc") });
    expect(await journal()).toEqual([]);
  });
});
