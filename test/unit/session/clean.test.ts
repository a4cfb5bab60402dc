import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import { sessionHost, type SessionHost } from "../../support/session-host.ts";

let host: SessionHost;

beforeEach(async () => {
  host = await sessionHost();
  const [made] = await host.init("a");
  if (made?.ok !== true) throw new Error(JSON.stringify(made));
});
afterEach(() => host.end());

const commit = 'git commit -q --allow-empty -m "late work"';

/** Something that happens only at the second look. */
function atSecondLook(work: (signal: AbortSignal) => Promise<unknown> | void): void {
  host.onLook = async (_, signal) => {
    if (host.looks.length === 2) await work(signal);
  };
}

describe("clean", () => {
  it("removes a session that holds nothing of its own, with all its containers", async () => {
    host.addService("a", "db");
    const outcome = await host.clean("a");
    expect(outcome).toMatchObject({ ok: true, exitCode: 0, unsaved: [] });
    expect(host.states("a")).toBe("");
    expect(existsSync(host.clone("a"))).toBe(false);
  });

  it("refuses unsaved work before anything is stopped", async () => {
    host.addService("a", "db");
    await host.inside("a", commit);
    expect(await host.clean("a")).toMatchObject({ ok: false, exitCode: 3, unsaved: [expect.stringMatching(/1 commit on a/)] });
    expect(host.states("a")).toBe("main=running, db=running");
  });

  it("starts every container again when work came in between", async () => {
    host.addService("a", "db");
    host.addService("a", "off", { state: "exited" });
    atSecondLook(() => host.inside("a", commit));
    expect(await host.clean("a")).toMatchObject({ exitCode: 3, unsaved: [expect.stringMatching(/1 commit on a/)] });
    expect(host.states("a")).toBe("main=running, db=running, off=exited");
    expect(existsSync(host.clone("a"))).toBe(true);
  });

  it("looks a second time when only a service ran, which may have the clone mounted", async () => {
    host.addService("a", "db");
    for (const one of host.containers("a")) if (one.name !== "db") one.state = "exited";
    atSecondLook(() => host.inside("a", commit));
    expect(await host.clean("a")).toMatchObject({ exitCode: 3, unsaved: [expect.stringMatching(/1 commit on a/)] });
    expect(host.states("a")).toBe("main=exited, db=running");
  });

  it.each([
    ["there is no image to look with", new CoworkError("BASE_IMAGE_UNAVAILABLE", "no image")],
    ["the engine goes away", new CoworkError("ENGINE_UNREACHABLE", "gone")],
    ["it is interrupted", new CoworkError("INTERRUPTED", "Interrupted.")],
  ])("starts every container again when the second look fails: %s", async (_, error) => {
    host.addService("a", "db");
    atSecondLook(() => Promise.reject(error));
    expect(await host.clean("a")).toMatchObject({ ok: false, error: { code: error.code } });
    expect(host.states("a")).toBe("main=running, db=running");
    expect(existsSync(host.clone("a"))).toBe(true);
  });

  it("starts every container again after Ctrl-C, and removes nothing", async () => {
    host.addService("a", "db");
    const interrupt = new AbortController();
    atSecondLook(() => interrupt.abort(new CoworkError("INTERRUPTED", "Interrupted.")));
    const outcome = await host.clean("a", {}, { ...host.ctx, signal: interrupt.signal });
    expect(outcome).toMatchObject({ ok: false, exitCode: 130 });
    expect(host.states("a")).toBe("main=running, db=running");
    expect(existsSync(host.clone("a"))).toBe(true);
  });
});
