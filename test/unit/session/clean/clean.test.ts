import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoworkError } from "../../../../src/errors.ts";
import { sessionHost, type SessionHost } from "../../../support/fakes/session-host.ts";

let host: SessionHost;

beforeEach(async () => {
  host = await sessionHost();
  const [made] = await host.init("a");
  if (made?.ok !== true) throw new Error(JSON.stringify(made));
});
afterEach(() => host.end());

const commit = 'git commit -q --allow-empty -m "late work"';

/** The first attempt has got as far as removing everything. */
const gone = (error: unknown): void => {
  if ((error as CoworkError).code !== "SESSION_NOT_FOUND") throw error;
};

/** Does something only at the second inspection. */
function atSecondLook(work: (signal: AbortSignal) => Promise<unknown> | void): void {
  host.onLook = async (_, signal) => {
    if (host.looks.length === 2) await work(signal);
  };
}

describe("clean", () => {
  it("removes a session without unsaved work, with all its containers", async () => {
    host.addService("a", "db");
    const outcome = await host.clean("a");
    expect(outcome).toMatchObject({ ok: true, exitCode: 0, unsaved: [] });
    expect(host.states("a")).toBe("");
    expect(existsSync(host.clone("a"))).toBe(false);
  });

  it("refuses to remove unsaved work before it stops anything", async () => {
    host.addService("a", "db");
    await host.inside("a", commit);
    expect(await host.clean("a")).toMatchObject({
      ok: false,
      exitCode: 3,
      unsaved: [expect.stringMatching(/1 commit on a/)],
    });
    expect(host.states("a")).toBe("main=running, db=running");
  });

  it("starts every container again when work was added in between", async () => {
    host.addService("a", "db");
    host.addService("a", "off", { state: "exited" });
    atSecondLook(() => host.inside("a", commit));
    expect(await host.clean("a")).toMatchObject({ exitCode: 3, unsaved: [expect.stringMatching(/1 commit on a/)] });
    expect(host.states("a")).toBe("main=running, db=running, off=exited");
    expect(existsSync(host.clone("a"))).toBe(true);
  });

  it("inspects a second time when only a service was running, which may have the clone mounted", async () => {
    host.addService("a", "db");
    for (const one of host.containers("a")) if (one.name !== "db") one.state = "exited";
    atSecondLook(() => host.inside("a", commit));
    expect(await host.clean("a")).toMatchObject({ exitCode: 3, unsaved: [expect.stringMatching(/1 commit on a/)] });
    expect(host.states("a")).toBe("main=exited, db=running");
  });

  it.each([
    ["without an image to inspect with", new CoworkError("BASE_IMAGE_UNAVAILABLE", "no image")],
    ["the engine goes away", new CoworkError("ENGINE_UNREACHABLE", "gone")],
    ["it is interrupted", new CoworkError("INTERRUPTED", "Interrupted.")],
  ])("starts every container again when the second inspection fails: %s", async (_, error) => {
    host.addService("a", "db");
    atSecondLook(() => Promise.reject(error));
    expect(await host.clean("a")).toMatchObject({ ok: false, error: { code: error.code } });
    expect(host.states("a")).toBe("main=running, db=running");
    expect(existsSync(host.clone("a"))).toBe(true);
  });

  it("restarts every container after Ctrl-C and removes nothing", async () => {
    host.addService("a", "db");
    const interrupt = new AbortController();
    atSecondLook(() => interrupt.abort(new CoworkError("INTERRUPTED", "Interrupted.")));
    const outcome = await host.clean("a", {}, { ...host.ctx, signal: interrupt.signal });
    expect(outcome).toMatchObject({ ok: false, exitCode: 130 });
    expect(host.states("a")).toBe("main=running, db=running");
    expect(existsSync(host.clone("a"))).toBe(true);
  });

  it("starts the other containers again when one of them fails to start, and reports which", async () => {
    host.addService("a", "db");
    host.addService("a", "cache");
    atSecondLook(() => host.inside("a", commit));
    let starts = 0;
    host.onCall = (name) => {
      if (name === "engine startContainer" && ++starts === 1) throw new CoworkError("ENGINE_FAILED", "no");
    };
    expect(await host.clean("a")).toMatchObject({ exitCode: 3 });
    expect(host.states("a")).toBe("main=running, db=exited, cache=running");
    expect(host.events).toContainEqual(
      expect.objectContaining({ detail: "its container db could not be started again: cowork start a" }),
    );
  });

  it("inspects once more when a container was started during the inspection", async () => {
    host.addService("a", "db", { state: "exited" });
    host.onLook = async () => {
      const db = host.containers("a").find(({ name }) => name === "db");
      if (host.looks.length === 2 && db !== undefined) db.state = "running";
      if (host.looks.length === 3) await host.inside("a", commit);
    };
    expect(await host.clean("a")).toMatchObject({ exitCode: 3 });
    expect(host.looks).toHaveLength(3);
  });

  it("gives up on containers that another program keeps starting again", async () => {
    host.onLook = () => host.containers("a").forEach((one) => (one.state = "running"));
    expect(await host.clean("a")).toMatchObject({ ok: false, error: { code: "SESSION_BUSY" } });
    expect(existsSync(host.clone("a"))).toBe(true);
    expect(host.states("a")).toBe("main=running");
  });

  it("stops when its lock is lost: nothing is removed, and nothing is started under the new holder", async () => {
    host.addService("a", "db");
    const lock = `${host.ctx.paths.lock("session-app-a")}.lock`;
    atSecondLook(async (signal) => {
      await rm(lock, { recursive: true });
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    });
    expect(await host.clean("a")).toMatchObject({ ok: false, error: { code: "LOCK_LOST" }, exitCode: 1 });
    expect(host.states("a")).toBe("main=exited, db=exited");
    expect(existsSync(host.clone("a"))).toBe(true);
  });

  it("notices a lost lock before it removes anything, even if the machine was suspended until then", async () => {
    const lock = `${host.ctx.paths.lock("session-app-a")}.lock`;
    let slept = 0;
    const clock = { ...host.ctx.clock, now: () => new Date(Date.now() + slept) };
    atSecondLook(async () => {
      await rm(lock, { recursive: true });
      slept = 60_000;
    });
    expect(await host.clean("a", {}, { ...host.ctx, clock })).toMatchObject({ error: { code: "LOCK_LOST" } });
    expect(existsSync(host.clone("a"))).toBe(true);
    expect(host.states("a")).toBe("main=exited");
  });

  it("completes an interrupted run at any point, and loses nothing on the way", async () => {
    // The use of git on this machine has its own tests.
    const counted = (name: string): boolean => name.startsWith("engine");
    let all = 0;
    host.addService("a", "db");
    host.onCall = (name) => void (all += counted(name) ? 1 : 0);
    await host.clean("a");
    expect(all).toBeGreaterThan(10);
    const kept: string[] = [];
    // Each clone below is made from the same commit at the same path, and nothing works in it.
    host.answers = new Map();
    for (let at = 1; at <= all; at += 1) {
      if (!existsSync(host.clone("b"))) {
        await host.init("b");
        host.addService("b", "db");
      }
      let calls = 0;
      host.onCall = (name) => {
        if (counted(name) && ++calls === at) throw new CoworkError("ENGINE_UNREACHABLE", `call ${at}: ${name}`);
      };
      await host.clean("b");
      host.onCall = () => undefined;
      if (existsSync(host.clone("b"))) {
        kept.push(host.states("b"));
        continue;
      }
      await host.clean("b").catch(gone);
      expect([at, host.states("b"), existsSync(host.ctx.paths.record("app-b"))]).toEqual([at, "", false]);
    }
    // Until the clone is removed, everything runs as before.
    expect(kept.length).toBeGreaterThan(5);
    expect([...new Set(kept)]).toEqual(["main=running, db=running"]);
  }, 240_000);
});
