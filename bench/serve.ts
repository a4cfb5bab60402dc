import { appendFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { coworkPaths } from "../src/system/paths.ts";
import { lastNumber } from "../src/work/history/last-number.ts";
import { inTurn, median, ratio, type Entry, type Way } from "./measure.ts";
import type { Place } from "./place.ts";
import { memoryOf, shareOfCore } from "./processes.ts";
import { open, startServer, textOf, type Server } from "./server.ts";

const idleSeconds = 15;
/** Requests of one round: a single one is too short to time. */
const requests = 20;

/** The server with 50 sessions: at rest, asked for all of them, and as the way of an event to a reader. */
export async function measureServe(place: Place, rounds: number): Promise<Entry[]> {
  const server = await startServer(place);
  try {
    const lists = await measureLists(place, server, rounds);
    const events = await eventTimes(place, server);
    // After the requests, so that what they left in memory counts.
    await delay(5_000);
    const [cpu, rss]: [number[], number[]] = [[], []];
    // In the first seconds it still tidies up after the requests; the median of three is what it needs at rest.
    for (let round = 0; round < 3; round += 1) {
      cpu.push(await shareOfCore(server.pid, idleSeconds));
      rss.push(await memoryOf(server.pid));
    }
    return [
      { name: "serve50_cpu", value: median(cpu), unit: "%", goal: 1, runs: cpu },
      { name: "serve50_rss", value: median(rss), unit: "MB", goal: 80, runs: rss },
      ...lists,
      { name: "serve_event", value: median(events), unit: "ms", goal: 300, runs: events },
    ];
  } finally {
    await server.stop();
  }
}

/** `GET /sessions`, compared with reading the same files, and with an answer of the same length by a bare Hono. */
async function measureLists(place: Place, server: Server, rounds: number): Promise<Entry[]> {
  const body = await server.get("/sessions");
  const socket = join(place.home.folder, "bare.sock");
  const app = new Hono().get("/api/v1/sessions", (c) => c.json(JSON.parse(body) as object));
  const answer = getRequestListener(app.fetch);
  const door = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((done) => void door.listen(socket, done));
  const many = (work: () => Promise<unknown>): Way => ({
    work: async () => {
      for (let n = 0; n < requests; n += 1) await work();
    },
  });
  const own = many(async () => await server.get("/sessions"));
  try {
    const byFiles = await inTurn(
      own,
      many(async () => await readSame(place)),
      rounds,
    );
    const byHono = await inTurn(
      own,
      many(async () => await textOf(await open(socket, "/sessions"))),
      rounds,
    );
    return [ratio("sessions50_vs_files", undefined, byFiles), ratio("sessions50_vs_hono", undefined, byHono)];
  } finally {
    door.close();
    door.closeAllConnections();
  }
}

/** What `list` reads of each session: its record, the last report of its agent, and its branch. */
async function readSame({ home }: Place): Promise<void> {
  const paths = coworkPaths(home.coworkHome);
  const ids = (await readdir(paths.stateRoot)).filter((name) => name.startsWith("bench-"));
  const files = ids.flatMap((id) => [
    paths.record(id),
    join(paths.events(id), "last"),
    join(paths.clone(id), ".git", "HEAD"),
  ]);
  await Promise.all(files.map(async (file) => await readFile(file, "utf8").catch(() => undefined)));
}

/** From an event that is written to the history of a session to its arrival at a reader of the stream, in ms. */
async function eventTimes({ home }: Place, server: Server): Promise<number[]> {
  const paths = coworkPaths(home.coworkHome);
  let n = await lastNumber({ paths }, "bench-s1");
  let [text, heard] = ["", Promise.withResolvers<void>()];
  let wanted = "event: ready";
  const reader = await server.stream("", (part) => {
    text = (text + part).slice(-10_000);
    if (text.includes(wanted)) heard.resolve();
  });
  await heard.promise;
  const times: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    n += 1;
    [wanted, heard] = [`bench ${n}`, Promise.withResolvers()];
    const event = {
      n,
      at: new Date().toISOString(),
      source: "cowork",
      type: "session.notify",
      data: { detail: wanted },
    };
    const start = performance.now();
    await appendFile(paths.journal("bench-s1"), `${JSON.stringify(event)}\n`);
    await heard.promise;
    times.push(performance.now() - start);
    await delay(200);
  }
  reader.close();
  return times;
}

/** All of a feed of 100,000 events, from the start of the server on: it reads the feed, then a reader asks for all of it. */
export async function measureReplay(place: Place, rounds: number): Promise<Entry[]> {
  const file = join(coworkPaths(place.home.coworkHome).feed, "feed.jsonl");
  const [feed, count] = ["00000000000000bb", 100_000];
  const about = { host: "local", project: "bench", session: "gone", sessionId: "bench-gone" };
  const event = (seq: number): object => {
    const data = { detail: `Bash: make test ${seq}`, tool: "Bash", report: `${seq}-12.PreToolUse` };
    const own = { n: seq, at: new Date().toISOString(), source: "agent", type: "agent.tool", data };
    return { ...own, id: `local:gone:${seq}`, ...about, seq };
  };
  const lines = [{ v: 1, feed, first: 1, cursors: {} }, ...Array.from({ length: count }, (_, n) => event(n + 1))];
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const server = await startServer(place);
  const times: number[] = [];
  try {
    for (let round = 0; round < Math.min(rounds, 3); round += 1) {
      const { promise, resolve } = Promise.withResolvers<void>();
      let end = "";
      const start = performance.now();
      const reader = await server.stream(`?after=${feed}:0`, (part) => {
        end = (end + part).slice(-1_000);
        if (end.includes(`id: ${feed}:${count}`)) resolve();
      });
      await promise;
      times.push(performance.now() - start);
      reader.close();
    }
  } finally {
    await server.stop();
    await rm(file, { force: true });
  }
  return [{ name: "replay100k", value: median(times), unit: "ms", goal: 2_000, runs: times }];
}
