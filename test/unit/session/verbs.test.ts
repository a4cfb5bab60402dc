import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import { createSessions } from "../../../src/session/lifecycle/create.ts";
import { enterSession } from "../../../src/session/connect/enter.ts";
import { planSessions } from "../../../src/session/lifecycle/plan.ts";
import { hideSession } from "../../../src/session/record/hidden.ts";
import { listSessions } from "../../../src/session/inspect/list.ts";
import { readRecord, type SessionRecord } from "../../../src/session/record/record.ts";
import { startSessions } from "../../../src/session/lifecycle/start.ts";
import { stopSessions } from "../../../src/session/lifecycle/stop.ts";
import type { Outcome } from "../../../src/session/types.ts";
import { sessionHost, type SessionHost } from "../../support/fakes/session-host.ts";

let host: SessionHost;

beforeEach(async () => {
  host = await sessionHost();
});
afterEach(() => host.end());

const start = (name: string): Promise<Outcome[]> =>
  startSessions(host.ctx, host.select(name), { settings: host.settings });
const rebuild = async (name: string): Promise<Outcome[]> => {
  const { project, source, settings } = await host.request([name]);
  return await startSessions(host.ctx, host.select(name), { settings, rebuild: { project, source, settings } });
};
const stop = (name: string): Promise<Outcome[]> => stopSessions(host.ctx, host.select(name), { concurrency: 1 });

/** Runs `work` repeatedly, each time with an error at the next call of the engine or the dev container CLI, and checks after it. */
async function atEachCall(work: () => Promise<unknown>, check: (at: number) => Promise<void>): Promise<void> {
  const isCounted = (name: string): boolean => name.startsWith("engine") || name === "run devcontainer";
  for (let at = 1; ; at += 1) {
    let calls = 0;
    host.onCall = (name) => {
      if (isCounted(name) && ++calls === at) throw new CoworkError("ENGINE_UNREACHABLE", `call ${at}: ${name}`);
    };
    await work().catch((error: unknown) => {
      if ((error as CoworkError).code !== "ENGINE_UNREACHABLE") throw error;
    });
    host.onCall = () => undefined;
    if (calls < at) return;
    await check(at);
  }
}

describe("init", () => {
  it("creates clone, container and record of several sessions, and a second run changes nothing", async () => {
    const made = await host.init("a", "b");
    expect(made).toMatchObject([
      { name: "a", ok: true, session: { state: "running", branch: "a" } },
      { name: "b", ok: true, session: { state: "running", branch: "b" } },
    ]);
    const ids = host.containers("a").map(({ id }) => id);
    await host.inside("a", "echo work >work");
    expect(await host.init("a")).toMatchObject([{ ok: true, session: { state: "running" } }]);
    expect(host.containers("a").map(({ id }) => id)).toEqual(ids);
    expect(await readFile(join(host.clone("a"), "work"), "utf8")).toBe("work\n");
  });

  it("makes nothing when it only plans", async () => {
    const { view } = await planSessions(host.ctx, await host.request(["a"]));
    expect(view).toMatchObject({
      sessions: [{ name: "a", branch: "a", exists: false }],
      devcontainers: [{ kind: "template", path: null }],
    });
    expect([existsSync(host.clone("a")), host.states("a"), host.cli.calls]).toEqual([false, "", []]);
  });

  it("completes an interrupted run at any point, and changes no work on the way", async () => {
    await host.shop.sh(host.project.facts.root, "echo more >more; git add -A; git commit -qm more");
    await atEachCall(
      async () => await host.init("a"),
      async (at) => {
        if (existsSync(host.clone("a"))) await host.inside("a", `echo ${at} >work`);
        const [again] = await host.init("a");
        expect([at, again?.ok, again?.session?.state, host.states("a")]).toEqual([at, true, "running", "main=running"]);
        const record = await readRecord(host.ctx, "app-a");
        expect([at, record?.phase, record?.error, record?.cloned]).toEqual([at, "ready", undefined, true]);
        expect(existsSync(join(host.clone("a"), "more"))).toBe(true);
        await host.clean("a", { force: true });
      },
    );
  });

  it("keeps the reason when `up` fails, and the clone for the next run", async () => {
    host.cli.failure = { message: "no space", description: "the container could not be made" };
    expect(await host.init("a")).toMatchObject([
      { ok: false, error: { code: "UP_FAILED" }, session: { state: "failed" } },
    ]);
    await host.inside("a", "echo work >work");
    host.cli.failure = undefined;
    expect(await host.init("a")).toMatchObject([{ ok: true, session: { state: "running" } }]);
    expect(existsSync(join(host.clone("a"), "work"))).toBe(true);
  });

  it("reports that files of COPY are not copied into an existing clone", async () => {
    const { root } = host.project.facts;
    await writeFile(join(root, ".env"), "A=1\n");
    host.cli.failure = { message: "no" };
    await host.init("a");
    host.cli.failure = undefined;
    const request = await host.request(["a"], { carry: { root, files: [".env"], notes: [] } });
    const [late] = await createSessions(host.ctx, request);
    expect(late?.notes).toContainEqual(
      "not copied: .env: the clone already existed; to make a new one: cowork clean a, then cowork init a",
    );
    const [first] = await createSessions(host.ctx, { ...request, sessions: (await host.request(["b"])).sessions });
    expect(first?.notes.join()).not.toContain("not copied");
    const [second] = await createSessions(host.ctx, { ...request, sessions: (await host.request(["b"])).sessions });
    expect(second?.notes.join()).not.toContain("not copied");
  });

  it("stops when its lock is lost, and leaves the session's record to the new holder", async () => {
    const lock = `${host.ctx.paths.lock("session-app-a")}.lock`;
    const lost = Promise.withResolvers<void>();
    host.onCall = async (name) => {
      const text = await readFile(host.ctx.paths.record("app-a"), "utf8").catch(() => "");
      if (name !== "engine listContainers" || !text.includes('"devcontainer"') || !existsSync(lock)) return;
      await rm(lock, { recursive: true });
      await writeFile(host.ctx.paths.record("app-a"), text.replace('"claude"', '"the new holder"'));
      lost.resolve();
      // wait until the signal ends the work
      await host.aborted();
    };
    const [outcome] = await host.init("a");
    await lost.promise;
    expect(outcome).toMatchObject({ ok: false, error: { code: "LOCK_LOST" } });
    expect(host.states("a")).toBe("");
    expect(await readFile(host.ctx.paths.record("app-a"), "utf8")).toContain("the new holder");
  });
});

describe("stop and start", () => {
  it("stop every container, and start the session again with its work", async () => {
    await host.init("a");
    host.addService("a", "db");
    await host.inside("a", "echo work >work");
    expect(await stop("a")).toMatchObject([{ ok: true, session: { state: "stopped" } }]);
    expect(host.states("a")).toBe("main=exited, db=exited");
    expect(await stop("a")).toMatchObject([{ ok: true }]);
    expect(await start("a")).toMatchObject([{ ok: true, session: { state: "running" } }]);
    expect(existsSync(join(host.clone("a"), "work"))).toBe(true);
  });

  it("have no hint to create the session that is to be stopped or removed", async () => {
    for (const end of [stop("nope"), host.clean("nope")])
      await expect(end).rejects.toMatchObject({ code: "SESSION_NOT_FOUND", hint: "cowork list" });
  });

  it("complete an interrupted run at any point", async () => {
    await host.init("a");
    await host.inside("a", "echo work >work");
    const ends = async (): Promise<void> => {
      expect(await stop("a")).toMatchObject([{ ok: true, session: { state: "stopped" } }]);
      expect(await start("a")).toMatchObject([{ ok: true, session: { state: "running" } }]);
      expect(existsSync(join(host.clone("a"), "work"))).toBe(true);
    };
    await atEachCall(() => stop("a"), ends);
    await stop("a");
    await atEachCall(
      async () => {
        await start("a");
      },
      async () => {
        await ends();
        await stop("a");
      },
    );
  });

  it("create a missing container again, but never a clone", async () => {
    await host.init("a");
    host.engine.containers.clear();
    expect(await start("a")).toMatchObject([
      { ok: true, notes: expect.arrayContaining(["the container was missing and was created again"]) as string[] },
    ]);
    await rm(host.clone("a"), { recursive: true });
    expect(await start("a")).toMatchObject([{ ok: false }]);
    await stop("a");
    expect(await start("a")).toMatchObject([{ ok: false, error: { code: "CLONE_MISSING" } }]);
    expect(existsSync(host.clone("a"))).toBe(false);
  });
});

describe("start --rebuild", () => {
  it("creates the container again, keeps clone and volumes, and reports what is removed with the old container before that", async () => {
    await host.init("a");
    const [old] = host.containers("a");
    host.engine.changes.set(old?.id ?? "", ["/home/dev/notes"]);
    await host.inside("a", "echo work >work");
    const reported: boolean[] = [];
    host.onCall = (name) => {
      if (name !== "engine removeContainer") return;
      reported.push(host.events.some(({ detail }) => detail?.includes("/home/dev of container") === true));
    };
    expect(await rebuild("a")).toMatchObject([
      {
        ok: true,
        notes: expect.arrayContaining([
          `removed with the old container: /home/dev of container ${old?.name}: notes`,
        ]) as string[],
      },
    ]);
    expect(reported).toEqual([true]);
    expect(host.containers("a").map(({ id }) => id)).not.toContain(old?.id);
    expect(existsSync(join(host.clone("a"), "work"))).toBe(true);
  });

  it("when it was interrupted at any point, leaves a session that start brings up, with its work", async () => {
    await host.init("a");
    await host.inside("a", "echo work >work");
    await atEachCall(
      () => rebuild("a"),
      async (at) => {
        expect([at, await start("a")]).toMatchObject([at, [{ ok: true, session: { state: "running" } }]]);
        expect([at, existsSync(join(host.clone("a"), "work"))]).toEqual([at, true]);
      },
    );
  });
});

describe("stop --hide", () => {
  const hide = (...names: string[]): Promise<Outcome[]> =>
    stopSessions(host.ctx, host.select(...names), { concurrency: 1, hide: true });
  const hidden = async (): Promise<string[]> =>
    (await listSessions(host.ctx, {})).filter((one) => one.hidden === true).map(({ name }) => name);

  it("hides a running and a stopped session, which stop and start of all sessions leave hidden", async () => {
    await host.init("a", "b", "c");
    await stop("a");
    expect(await hide("a", "b")).toMatchObject([
      { ok: true, session: { name: "a", state: "stopped", hidden: true } },
      { ok: true, session: { name: "b", state: "stopped", hidden: true } },
    ]);
    const project = host.project.facts;
    await stopSessions(host.ctx, { project }, { concurrency: 1 });
    expect(await hidden()).toEqual(["a", "b"]);
    const started = await startSessions(host.ctx, { project }, { settings: host.settings });
    expect([started.map(({ name }) => name), host.states("a")]).toEqual([["c"], "main=exited"]);
  });

  it("is undone by each way to start the session, even if that fails", async () => {
    await host.init("a");
    for (const way of [() => start("a"), () => rebuild("a"), () => host.init("a")]) {
      await hide("a");
      expect(await hidden()).toEqual(["a"]);
      const [outcome] = await way();
      expect([outcome?.ok, outcome?.session?.hidden, await hidden()]).toEqual([true, undefined, []]);
    }
    await hide("a");
    host.cli.failure = { message: "no" };
    expect(await start("a")).toMatchObject([{ ok: false }]);
    expect(await hidden()).toEqual([]);
  });
});

describe("connect", () => {
  const connect = async (): Promise<number> => {
    const io = { stdin: new PassThrough().end(), stdout: new PassThrough(), stderr: new PassThrough() };
    const selector = { ...host.select("a"), names: ["a"] as [string] };
    for (const stream of [io.stdout, io.stderr]) stream.resume();
    return await enterSession(host.ctx, { selector, settings: host.settings, command: ["true"], tmux: false }, io);
  };

  it("starts a stopped session, and reports a session that does not exist", async () => {
    await expect(connect()).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
    await host.init("a");
    await stop("a");
    const before = host.engine.commands.length;
    expect(await connect()).toBe(0);
    expect(host.states("a")).toBe("main=running");
    expect(host.engine.commands.slice(before).at(-1)?.at(-1)).toBe("true");
  });

  it("puts a hidden session back into lists", async () => {
    await host.init("a");
    await stopSessions(host.ctx, host.select("a"), { concurrency: 1, hide: true });
    expect(await connect()).toBe(0);
    expect((await readRecord(host.ctx, "app-a"))?.hidden).toBe(undefined);
    // Something else may have started its container.
    await hideSession(host.ctx, (await readRecord(host.ctx, "app-a")) as SessionRecord);
    expect(await connect()).toBe(0);
    expect((await readRecord(host.ctx, "app-a"))?.hidden).toBe(undefined);
  });

  it("does not start a session that was never completed", async () => {
    host.cli.failure = { message: "no" };
    await host.init("a");
    host.cli.failure = undefined;
    await expect(connect()).rejects.toMatchObject({ code: "SESSION_INCOMPLETE" });
  });
});
