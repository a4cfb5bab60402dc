import { expect, test } from "vitest";
import { readEvents, type EventsWanted } from "../../../../src/app/work/events.ts";
import type { EventsQuery, SessionEvent } from "../../../../src/contract/work/history.ts";
import { CoworkError } from "../../../../src/errors.ts";
import { brokenConnection } from "../../../../src/remote/client/broken.ts";
import type { SessionHost } from "../../../../src/session/session-host.ts";
import { workScope } from "../../../support/fakes/work-scope.ts";

const away = new CoworkError("HOST_UNREACHABLE", "box is not in reach.");

function event(host: string, session: string, n: number, second = n): SessionEvent {
  const at = new Date(Date.parse("2026-03-01T12:00:00Z") + second * 1000).toISOString();
  const ids = { id: `${host}:${session}:${n}`, host, project: "app", session, sessionId: `app-${session}` };
  return { n, at, source: "cowork", type: "run.started", data: {}, ...ids };
}

interface History extends Partial<SessionHost> {
  /** called before each answer, with the number of queries so far */
  onQuery?: (count: number) => unknown;
  queries: EventsQuery[];
  add(...more: SessionEvent[]): void;
  /** thrown by the next calls, one each */
  fail(...errors: CoworkError[]): void;
}

/** A host with the history of one session, that returns at most `page` events at once. */
function history(session: string, events: SessionEvent[] = [], page = 1000): History {
  const all = [...events];
  const failing: CoworkError[] = [];
  const queries: EventsQuery[] = [];
  const its: History = {
    queries,
    add: (...more) => void all.push(...more),
    fail: (...errors) => void failing.push(...errors),
    events: async (_selector, query) => {
      const count = queries.push(structuredClone(query));
      its.onQuery?.(count);
      if (queries.length > 100) throw new Error("it asks for ever");
      const error = failing.shift();
      if (error !== undefined) throw error;
      const { since = "", cursors } = query;
      const after = cursors?.[`app-${session}`];
      const wanted = all.filter(({ n, at }) => (after === undefined ? at >= since : n > after));
      const part = wanted.slice(0, page);
      const last = part.length < wanted.length ? part.at(-1)?.n : all.at(-1)?.n;
      return { events: part, cursors: { [`app-${session}`]: last ?? 0 }, more: part.length < wanted.length };
    },
  };
  return its;
}

const wanted = (change: Partial<EventsWanted> = {}): EventsWanted => ({
  words: [],
  all: false,
  since: undefined,
  types: undefined,
  follow: false,
  ...change,
});

/** Reads until it ends, or until so many events came. */
async function read(
  its: Awaited<ReturnType<typeof workScope>>,
  change: Partial<EventsWanted> = {},
  stopAt = Number.POSITIVE_INFINITY,
  onEvents: (ids: readonly string[]) => void = () => undefined,
): Promise<string[]> {
  const ids: string[] = [];
  const reading = readEvents(its.scope, wanted(change), (events) => {
    ids.push(...events.map(({ id }) => id));
    if (events.length > 0) onEvents(ids);
    if (ids.length >= stopAt) its.interrupt();
  });
  await reading.catch((error: unknown) => {
    if (ids.length < stopAt || (error as CoworkError).code !== "INTERRUPTED") throw error;
  });
  return ids;
}

test("the events of all hosts come by time, page by page", async () => {
  const local = history(
    "a",
    [1, 3, 5, 7, 9].map((n) => event("local", "a", n)),
    2,
  );
  const box = history(
    "b",
    [2, 4, 6].map((n) => event("box", "b", n)),
    1,
  );
  const its = await workScope("a b@box", { local, box });
  const ids = await read(its);
  expect(ids.map((id) => Number(id.split(":")[2]))).toEqual([1, 2, 3, 4, 5, 6, 7, 9]);
  expect(local.queries[1]).toMatchObject({ cursors: { "app-a": 3 } });
});

test("a duration is counted from now, a time is taken as it is, types are given on", async () => {
  const local = history("a");
  const its = await workScope("a", { local });
  await read(its, { since: "10m", types: "run,approval." });
  await read(its, { since: "2026-02-28T10:00:00Z" });
  expect(local.queries.map(({ since, types }) => [since, types])).toEqual([
    ["2026-03-01T11:50:00.000Z", ["run", "approval."]],
    ["2026-02-28T10:00:00.000Z", undefined],
  ]);
  await expect(read(its, { since: "yesterday" })).rejects.toMatchObject({ code: "USAGE" });
});

test("with follow it starts with what happens from now on, and goes on after the last event when the host is back", async () => {
  const box = history("b", [event("box", "b", 1)]);
  const its = await workScope("b@box", { local: history("a"), box });
  box.onQuery = (count) => count === 3 && box.add(event("box", "b", 2));
  const ids = await read(its, { follow: true, words: ["b"] }, 2, (seen) => {
    if (seen.length > 1) return;
    box.fail(away, away, away);
    box.add(event("box", "b", 3));
  });
  expect(ids).toEqual(["box:b:2", "box:b:3"]);
  expect(its.notes).toEqual(["box is not in reach.", "box answers."]);
  expect(box.queries.at(-1)?.cursors).toEqual({ "app-b": 2 });
});

test("a host that hangs is named after three seconds, and the others go on", async () => {
  const late = Promise.withResolvers<void>();
  const box = history("b", [event("box", "b", 2)]);
  const answer = box.events;
  box.events = async (...args) => {
    await late.promise;
    return await (answer?.(...args) ?? Promise.reject(new Error("no answer")));
  };
  const its = await workScope("a b@box", {
    local: history("a", [event("local", "a", 1), event("local", "a", 3)]),
    box,
  });
  const ids = await read(its, {}, Number.POSITIVE_INFINITY, (seen) => {
    if (seen.length !== 2) return;
    expect([its.notes, its.clock.passed()]).toEqual([["box does not answer yet."], 3000]);
    late.resolve();
  });
  expect(ids).toEqual(["local:a:1", "local:a:3", "box:b:2"]);
  expect(its.notes).toEqual(["box does not answer yet.", "box answers."]);
});

test("a host that is not in reach is named, and its error is thrown if it is the only one", async () => {
  const box = history("b");
  box.fail(away, away);
  const its = await workScope("a b@box", { local: history("a", [event("local", "a", 1)]), box });
  expect(await read(its)).toEqual(["local:a:1"]);
  expect(its.notes).toEqual(["box is not in reach."]);
  await expect(read(its, { words: ["b"] })).rejects.toMatchObject({ code: "HOST_UNREACHABLE" });
});

test("a session that is removed while it is followed is named once, and the others are followed on", async () => {
  const local = history("a");
  const { events } = local;
  local.onQuery = (count) => count === 12 && local.add(event("local", "a", 1));
  local.events = async (selector, query) => {
    if (local.queries.length > 4 && selector.names?.[0] === "b")
      throw new CoworkError("SESSION_NOT_FOUND", "Session b does not exist.");
    return await (events?.(selector, query) ?? Promise.reject(new Error("no answer")));
  };
  const its = await workScope("a b", { local });
  expect(await read(its, { follow: true, words: ["a", "b"] }, 1)).toEqual(["local:a:1"]);
  expect(its.notes).toEqual(["Session b does not exist."]);
  await expect(read(await workScope("a b", { local }), { words: ["a", "b"] })).rejects.toMatchObject({
    code: "SESSION_NOT_FOUND",
  });
});

test("with follow, a first connection that was open and broke is tried again; a host that was never reached is not", async () => {
  const broke = new CoworkError("HOST_UNREACHABLE", "The connection to box broke.", { cause: brokenConnection });
  const box = history("b", [event("box", "b", 1)]);
  box.fail(broke);
  const its = await workScope("b@box", { box });
  expect(await read(its, { words: ["b"], follow: true, since: "2026-03-01T11:00:00Z" }, 1)).toEqual(["box:b:1"]);
  expect(its.notes).toEqual(["The connection to box broke.", "box answers."]);
  for (const [error, follow] of [
    [away, true],
    [broke, false],
  ] as const) {
    const lost = history("b");
    lost.fail(error);
    const reading = readEvents(
      (await workScope("b@box", { box: lost })).scope,
      wanted({ words: ["b"], follow }),
      () => undefined,
    );
    await expect(reading).rejects.toBe(error);
  }
});
