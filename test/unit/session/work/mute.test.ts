import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { OneSession } from "../../../../src/contract/remote/requests.ts";
import { agentWork } from "../../../../src/session/work/agent-work.ts";
import { sessionEvents } from "../../../../src/session/work/events.ts";
import { muteSession, notifierActive, notifierLock, readMuted } from "../../../../src/session/work/mute.ts";
import { withLock } from "../../../../src/system/locks.ts";
import { sessionHost, type SessionHost } from "../../../support/fakes/session-host.ts";

let host: SessionHost;

beforeEach(async () => {
  host = await sessionHost();
  onTestFinished(async () => await host.end());
  await host.init("a");
});

const selector = (name: string): OneSession => ({ project: host.project.facts, names: [name] });

test("a session is muted for a time or for good, on record, and shows it", async () => {
  const { ctx } = host;
  const until = new Date(Date.now() + 60_000).toISOString();
  expect(await muteSession(ctx, selector("a"), { muted: true, until, by: "ada\u001B[31m" })).toEqual({
    muted: true,
    until,
  });
  const [work] = await agentWork(ctx, { project: host.project.facts }, { check: false });
  expect(work?.muted).toEqual({ muted: true, until });
  const past = new Date(Date.now() - 1_000).toISOString();
  await muteSession(ctx, selector("a"), { muted: true, until: past, by: "ada" });
  expect(readMuted(ctx, "app-a")).toBeUndefined();
  await muteSession(ctx, selector("a"), { muted: true, by: "ada" });
  expect(readMuted(ctx, "app-a")).toEqual({ muted: true });
  await muteSession(ctx, selector("a"), { muted: false, by: "ada" });
  expect(readMuted(ctx, "app-a")).toBeUndefined();
  const { events } = await sessionEvents(ctx, {}, { limit: 10, types: ["session."] });
  expect(events.map(({ type, data }) => [type, data["by"], data["until"]])).toEqual([
    ["session.muted", "ada", until],
    ["session.muted", "ada", past],
    ["session.muted", "ada", undefined],
    ["session.unmuted", "ada", undefined],
  ]);
  await expect(muteSession(ctx, selector("nosuch"), { muted: true, by: "ada" })).rejects.toMatchObject({
    code: "SESSION_NOT_FOUND",
  });
});

test("a host says whether a process of its home sends messages", async () => {
  const { ctx } = host;
  expect(notifierActive(ctx)).toEqual({ active: false });
  await withLock(ctx, notifierLock, {}, async () => expect(notifierActive(ctx)).toEqual({ active: true }));
  expect(notifierActive(ctx)).toEqual({ active: false });
});
