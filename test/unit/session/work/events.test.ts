import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { SessionEvent } from "../../../../src/contract/work/history.ts";
import { CoworkError } from "../../../../src/errors.ts";
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
