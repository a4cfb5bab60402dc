import { expect, test } from "vitest";
import type { EventsQuery, SessionEvent } from "../../../src/contract/work/history.ts";
import { CoworkError } from "../../../src/errors.ts";
import type { Feed } from "../../../src/server/feed/feed.ts";
import { openStream } from "../../../src/server/feed/stream.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";
import { testServer, type TestServer } from "../../support/server/test-server.ts";

interface Frame {
  event: string;
  id: string | undefined;
  // oxlint-disable-next-line typescript/no-explicit-any -- what it is, the test says
  data: any;
}

/** Reads frames until there is one that is wanted; `changed` frames are left out. */
async function* framesOf(response: Response): AsyncGenerator<Frame> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name: string): string | undefined =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const event = field("event");
      if (event === undefined || event === "changed") continue;
      yield { event, id: field("id"), data: JSON.parse(field("data") ?? "null") };
    }
  }
}

async function open(
  server: TestServer,
  token: string,
  headers: Record<string, string> = {},
  query = "",
): Promise<Response> {
  const url = `http://127.0.0.1:${server.port}/api/v1/stream${query}`;
  return await fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers } });
}

async function take(frames: AsyncGenerator<Frame>, count: number): Promise<Frame[]> {
  const taken: Frame[] = [];
  while (taken.length < count) taken.push((await frames.next()).value as Frame);
  return taken;
}

/** A host with the histories of sessions, as its files would be. */
function histories(): Partial<SessionHost> & {
  add(session: string, n: number): void;
  away: boolean;
  remove(session: string): void;
  queries: EventsQuery[];
} {
  const all = new Map<string, SessionEvent[]>();
  const queries: EventsQuery[] = [];
  const its = {
    away: false,
    queries,
    add: (session: string, n: number) => {
      const at = new Date(Date.UTC(2026, 2, 1) + n * 1000).toISOString();
      const ids = { id: `x:${session}:${n}`, host: "anything", project: "app", session, sessionId: `app-${session}` };
      all.set(session, [
        ...(all.get(session) ?? []),
        { n, at, source: "cowork", type: "run.started", data: {}, ...ids },
      ]);
    },
    remove: (session: string) => void all.delete(session),
    events: async (_: unknown, query: EventsQuery) => {
      queries.push(query);
      if (its.away) throw new CoworkError("HOST_UNREACHABLE", "box is asleep.");
      const read = [...all].map(([session, list]) => {
        const last = list.at(-1)?.n ?? 0;
        const after = query.cursors?.[`app-${session}`] ?? 0;
        // As the host does it: a number that it never gave is of another session of that name.
        return { session, last, events: list.filter(({ n }) => n > (after > last ? 0 : after)) };
      });
      if (read.every(({ events }) => events.length === 0)) await new Promise((done) => setTimeout(done, 5));
      return {
        events: read.flatMap(({ events }) => events),
        cursors: Object.fromEntries(read.map(({ session, last }) => [`app-${session}`, last])),
        more: false,
      };
    },
  };
  return its;
}

test("a stream tells what happens on every host, and goes on after the last event, also with another server", async () => {
  const [local, box] = [histories(), histories()];
  const home = await temporaryFolder();
  local.add("a", 1);
  const first = await testServer({ home, hosts: { local, box } });
  const { token, me } = await first.signIn("view");
  const frames = framesOf(await open(first, token, { "last-event-id": `${me.feed}:0` }));
  const [ready, one] = await take(frames, 2);
  expect(ready).toMatchObject({ event: "ready", data: { feed: me.feed } });
  expect(one).toMatchObject({
    event: "event",
    id: `${me.feed}:1`,
    data: { seq: 1, host: "local", session: "a", n: 1 },
  });
  box.add("b", 4);
  const [two] = await take(frames, 1);
  // Whose it is, the connection says, and not the event.
  expect(two).toMatchObject({ id: `${me.feed}:2`, data: { host: "box", session: "b", n: 4 } });
  await first.stop();
  local.add("a", 2);
  box.add("b", 5);
  const second = await testServer({ home, hosts: { local, box } });
  const signed = await second.signIn("view");
  expect(signed.me.feed).toBe(me.feed);
  const later = framesOf(await open(second, signed.token, { "last-event-id": two!.id ?? "" }));
  const [, ...rest] = await take(later, 3);
  expect(rest.map(({ data }) => `${data.host} ${data.n}`).toSorted()).toEqual(["box 5", "local 2"]);
  const { body } = await second.call("GET /events", { token: signed.token });
  expect(body.events.map(({ seq }: { seq: number }) => seq)).toEqual([1, 2, 3, 4]);
});

test("a host that goes away is shown as such, and what it did meanwhile comes once it is back", async () => {
  const box = histories();
  const server = await testServer({ hosts: { box } });
  const { token } = await server.signIn("view");
  const state = async (): Promise<string> =>
    (await server.call("GET /hosts", { token })).body.hosts.find(({ name }: { name: string }) => name === "box").state;
  await expect.poll(state).toBe("reachable");
  box.away = true;
  await expect.poll(state).toBe("unreachable");
  box.add("b", 1);
  box.away = false;
  await expect.poll(async () => (await server.call("GET /events", { token })).body.events.length).toBe(1);
  expect(await state()).toBe("reachable");
});

test("a session that is made again under its name has a history of its own: nothing of it is missing", async () => {
  const local = histories();
  local.add("a", 1);
  local.add("a", 2);
  const server = await testServer({ hosts: { local } });
  const { token } = await server.signIn("view");
  const numbers = async (): Promise<number[]> =>
    (await server.call("GET /events", { token })).body.events.map(({ n }: { n: number }) => n);
  await expect.poll(numbers).toEqual([1, 2]);
  local.remove("a");
  local.add("a", 1);
  await expect.poll(numbers).toEqual([1, 2, 1]);
});

test("a place that is not of this feed is a reset, and without one it starts now", async () => {
  const local = histories();
  local.add("a", 1);
  const server = await testServer({ hosts: { local } });
  const { token, me } = await server.signIn("view");
  await expect.poll(async () => (await server.call("GET /events", { token })).body.last).toBe(1);
  for (const place of ["x", "-1", `${me.feed}:-1`, `${me.feed}:99`, "0123:1", `${me.feed}:1.5`]) {
    const frames = framesOf(await open(server, token, { "last-event-id": place }));
    const [ready, reset] = await take(frames, 2);
    expect([ready?.event, reset], place).toEqual([
      "ready",
      { event: "reset", id: undefined, data: { feed: me.feed, last: 1 } },
    ]);
    await frames.return(undefined);
  }
  const now = framesOf(await open(server, token));
  expect(await take(now, 1)).toMatchObject([{ event: "ready", data: { last: 1 } }]);
  local.add("a", 2);
  expect(await take(now, 1)).toMatchObject([{ event: "event", data: { seq: 2 } }]);
  const response = await open(server, token);
  expect(response.headers.get("x-accel-buffering")).toBe("no");
  await response.body!.cancel();
});

test("events are filtered by type, session, project and host", async () => {
  const [local, box] = [histories(), histories()];
  local.add("a", 1);
  box.add("a", 1);
  box.add("b", 1);
  const server = await testServer({ hosts: { local, box } });
  const { token } = await server.signIn("view");
  const count = async (query: string): Promise<number> =>
    (await server.call(`GET /events?${query}`, { token })).body.events.length;
  await expect.poll(async () => await count("")).toBe(3);
  expect(await count("session=app-a@box")).toBe(1);
  expect(await count("host=box")).toBe(2);
  expect(await count("project=other")).toBe(0);
  expect(await count("type=run,approval")).toBe(3);
  expect(await count("type=approval")).toBe(0);
  expect(await count("limit=2")).toBe(2);
  for (const bad of ["after=x", "limit=-1", "after=1&before=2"])
    expect((await server.call(`GET /events?${bad}`, { token })).status).toBe(400);
});

test("a stream whose feed cannot be read ends, and does not count as open any more", async () => {
  const feed = { id: "0a", first: 1, last: 1, onGrow: () => () => undefined };
  const ended = Promise.withResolvers<void>();
  const stream = openStream(
    {
      feed: { ...feed, after: async () => await Promise.reject(new Error("the disk is broken")) } as unknown as Feed,
      onChanged: () => () => undefined,
    },
    { place: undefined, wanted: () => true, signal: new AbortController().signal, onEnd: ended.resolve },
  );
  await expect(new Response(stream).text()).rejects.toThrow("the disk is broken");
  await ended.promise;
});

test("a device has so many streams at once, and one that is closed makes room", async () => {
  const server = await testServer();
  const { token } = await server.signIn("view");
  const streams: Response[] = [];
  for (let n = 0; n < 20; n += 1) streams.push(await open(server, token));
  expect(streams.every(({ status }) => status === 200)).toBe(true);
  const refused = await open(server, token);
  expect(refused.status).toBe(429);
  expect((await server.call("GET /me", { token })).status).toBe(200);
  await streams.pop()!.body!.cancel();
  await expect
    .poll(async () => {
      const response = await open(server, token);
      await response.body!.cancel();
      return response.status;
    })
    .toBe(200);
  for (const { body } of streams) await body!.cancel();
});
