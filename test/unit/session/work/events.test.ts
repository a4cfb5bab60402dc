import { getEventListeners } from "node:events";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { SessionEvent } from "../../../../src/contract/work/history.ts";
import { CoworkError } from "../../../../src/errors.ts";
import { readChanges, waitForChange } from "../../../../src/session/work/changes.ts";
import { eventsWhenThere } from "../../../../src/session/work/wait-events.ts";
import { sessionEvents } from "../../../../src/session/work/events.ts";
import { appendHistory } from "../../../../src/work/history/append.ts";
import { sessionHost, type SessionHost } from "../../../support/fakes/session-host.ts";

let host: SessionHost;

beforeEach(async () => {
  host = await sessionHost();
  onTestFinished(async () => await host.end());
  await host.init("a", "b");
});

/** Appends one event to a session's history, so many seconds after an hour ago. */
async function happens(session: string, type: string, seconds: number): Promise<void> {
  const at = Date.now() - 3600_000 + seconds * 1000;
  await appendHistory(host.ctx, `app-${session}`, [{ source: "cowork", type, at }]);
}

const short = (events: readonly SessionEvent[]): string[] =>
  events.map(({ session, n, type }) => `${session}${n} ${type}`);
const all = (): Parameters<typeof sessionEvents>[1] => ({ project: host.project.facts });

test("the events of several sessions come by time, with ids, and the cursors say where to go on", async () => {
  await happens("a", "run.created", 1);
  await happens("b", "run.created", 2);
  await happens("a", "run.ended", 3);
  const answer = await sessionEvents(host.ctx, all(), { limit: 10 });
  expect(short(answer.events)).toEqual(["a1 run.created", "b1 run.created", "a2 run.ended"]);
  expect(answer.events[2]).toMatchObject({ id: "local:a:2", host: "local", project: "app", sessionId: "app-a" });
  expect(answer).toMatchObject({ cursors: { "app-a": 2, "app-b": 1 }, more: false });
  await happens("b", "run.ended", 4);
  const later = await sessionEvents(host.ctx, all(), { limit: 10, cursors: answer.cursors });
  expect([short(later.events), later.cursors]).toEqual([["b2 run.ended"], { "app-a": 2, "app-b": 2 }]);
});

test("pages of several sessions hold the earliest events, and none is lost between them", async () => {
  for (let second = 1; second <= 6; second += 1) await happens(second % 3 === 0 ? "b" : "a", `t${second}`, second);
  const seen: string[] = [];
  let cursors: Record<string, number> | undefined;
  for (let page = 0; page < 3; page += 1) {
    const answer = await sessionEvents(host.ctx, all(), { limit: 2, ...(cursors && { cursors }) });
    seen.push(...answer.events.map(({ type }) => type));
    expect(answer.more).toBe(page < 2);
    ({ cursors } = answer);
  }
  expect(seen).toEqual(["t1", "t2", "t3", "t4", "t5", "t6"]);
});

test("a session that is new since the last read is read from the time that was asked for", async () => {
  await happens("a", "one", 1);
  await happens("b", "old", 2);
  await happens("b", "new", 100);
  const since = new Date(Date.now() - 3600_000 + 50_000).toISOString();
  const { events } = await sessionEvents(host.ctx, all(), { limit: 10, since, cursors: { "app-a": 0 } });
  expect(short(events)).toEqual(["a1 one", "b2 new"]);
});

test("without the engine the history can still be read", async () => {
  await happens("a", "one", 1);
  host.onCall = (name) => {
    if (name.startsWith("engine")) throw new CoworkError("ENGINE_UNREACHABLE", "no engine");
  };
  expect((await sessionEvents(host.ctx, host.select("a"), { limit: 10 })).events).toHaveLength(1);
});

test("a session that does not exist is an error", async () => {
  await expect(sessionEvents(host.ctx, host.select("nope"), { limit: 10 })).rejects.toMatchObject({
    code: "SESSION_NOT_FOUND",
  });
});

test("with a number that the history never reached it is another session of that name, and is read from its start", async () => {
  await happens("a", "run.created", 1);
  await happens("a", "run.ended", 2);
  const query = { limit: 10, cursors: { "app-a": 57, "app-b": 3 } };
  const answer = await sessionEvents(host.ctx, all(), query);
  expect([short(answer.events), answer.cursors]).toEqual([
    ["a1 run.created", "a2 run.ended"],
    { "app-a": 2, "app-b": 0 },
  ]);
  const later = await sessionEvents(host.ctx, all(), { limit: 10, cursors: answer.cursors });
  expect(later.events).toEqual([]);
});

test("with wait the answer comes when something happens, when a session changes, or after that time", async () => {
  const { cursors } = await sessionEvents(host.ctx, all(), { limit: 10 });
  const wait = async (ms: number): Promise<{ events: string[]; took: number }> => {
    const startedAt = performance.now();
    const { events } = await eventsWhenThere(host.ctx, all(), { limit: 10, cursors, wait: ms });
    return { events: short(events), took: performance.now() - startedAt };
  };
  const [news] = await Promise.all([
    wait(30_000),
    (async () => {
      await new Promise((done) => setTimeout(done, 100));
      await happens("a", "run.created", 1);
    })(),
  ]);
  expect(news.events).toEqual(["a1 run.created"]);
  cursors["app-a"] = 1;
  // A report of the agent that is taken in.
  const inbox = join(host.ctx.paths.events("app-b"), "inbox");
  await mkdir(inbox, { recursive: true });
  const [changed] = await Promise.all([wait(30_000), host.init("c")]);
  expect(changed.events).toEqual([]);
  expect((await wait(0)).events).toEqual([]);
  expect((await wait(200)).took).toBeGreaterThanOrEqual(190);
});

test("a wait that is over leaves nothing on a signal that lives on", async () => {
  const before = readChanges(host.ctx);
  const { signal } = new AbortController();
  await waitForChange(host.ctx, before, { ms: 1, signal });
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("waiting ends with the context, and follows no link that a container put in its place", async () => {
  const events = host.ctx.paths.events("app-a");
  await rm(join(events, "inbox"), { recursive: true, force: true });
  await mkdir(events, { recursive: true });
  await symlink("/proc", join(events, "inbox"));
  const end = new AbortController();
  const ctx = { ...host.ctx, signal: end.signal };
  const before = readChanges(ctx);
  const waiting = waitForChange(ctx, before, { ms: 30_000, signal: end.signal });
  end.abort();
  await waiting;
  expect(readChanges(ctx)).toEqual(before);
});
