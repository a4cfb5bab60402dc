import { appendFile, mkdir, open, readFile, truncate, writeFile, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { systemClock } from "../../../../src/system/clock.ts";
import { coworkPaths } from "../../../../src/system/paths.ts";
import { appendHistory, type HistoryContext, type HistoryDraft } from "../../../../src/work/history/append.ts";
import { lastNumber } from "../../../../src/work/history/last-number.ts";
import { readHistory } from "../../../../src/work/history/read-history.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

const start = Date.parse("2026-03-01T12:00:00.000Z");

async function history(): Promise<{
  ctx: HistoryContext;
  set: (ms: number) => void;
  eventLog: string;
  journal: string;
}> {
  const paths = coworkPaths(await temporaryFolder());
  let now = start;
  const ctx = {
    paths,
    clock: { ...systemClock, now: () => new Date(now) },
    signal: new AbortController().signal,
  };
  await mkdir(dirname(paths.journal("a")), { recursive: true });
  return { ctx, set: (ms) => (now = start + ms), eventLog: paths.eventLog("a"), journal: paths.journal("a") };
}

const agent = (type: string, at?: number): HistoryDraft => ({
  source: "agent",
  type,
  ...(at === undefined ? {} : { at: start + at }),
});
const person = (type: string): HistoryDraft => ({ source: "person", type });

test("events of agent and people share one numbering, and are read in its order", async () => {
  const { ctx, eventLog, journal } = await history();
  await appendHistory(ctx, "a", [agent("agent.working"), person("prompt.sent"), agent("agent.idle")]);
  await appendHistory(ctx, "a", [{ source: "cowork", type: "run.created", data: { run: "a:1" } }]);
  const { events, last, more } = await readHistory(ctx, "a", { limit: 10 });
  expect(events.map(({ n, type }) => [n, type])).toEqual([
    [1, "agent.working"],
    [2, "prompt.sent"],
    [3, "agent.idle"],
    [4, "run.created"],
  ]);
  expect([last, more]).toEqual([4, false]);
  expect((await readFile(eventLog, "utf8")).split("\n")).toHaveLength(3);
  expect((await readFile(journal, "utf8")).split("\n")).toHaveLength(3);
});

test("appends from several processes at once get different numbers", async () => {
  const { ctx } = await history();
  await Promise.all(Array.from({ length: 8 }, async (_, i) => await appendHistory(ctx, "a", [agent(`agent.${i}`)])));
  const { events } = await readHistory(ctx, "a", { limit: 100 });
  expect(events.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("an event is not later than now and not earlier than the one before it in its file", async () => {
  const { ctx, set } = await history();
  set(60_000);
  await appendHistory(ctx, "a", [agent("agent.a", 3_600_000), agent("agent.b", 1_000), person("prompt.sent")]);
  await appendHistory(ctx, "a", [agent("agent.c", 2_000)]);
  const { events } = await readHistory(ctx, "a", { limit: 10 });
  expect(events.map(({ at }) => Date.parse(at) - start)).toEqual([60_000, 60_000, 60_000, 60_000]);
  // The clock was set back: what was future once does not hold time back for ever.
  set(-60_000);
  const [event] = await appendHistory(ctx, "a", [agent("agent.d")]);
  expect(Date.parse(event?.at ?? "") - start).toBe(-60_000);
});

test("a line that a crash cut is left out, and the next event goes on a line of its own", async () => {
  const { ctx, journal } = await history();
  await appendHistory(ctx, "a", [person("one"), person("two")]);
  await truncate(journal, (await readFile(journal)).length - 20);
  expect((await readHistory(ctx, "a", { limit: 10 })).events.map(({ type }) => type)).toEqual(["one"]);
  await appendHistory(ctx, "a", [person("three")]);
  const { events } = await readHistory(ctx, "a", { limit: 10 });
  expect(events.map(({ n, type }) => [n, type])).toEqual([
    [1, "one"],
    [2, "three"],
  ]);
});

test("numbers go on after much garbage at the end of a file", async () => {
  const { ctx, journal } = await history();
  await appendHistory(ctx, "a", [person("one"), person("two")]);
  await appendFile(journal, Buffer.alloc(700_000));
  await appendHistory(ctx, "a", [person("three")]);
  expect(await lastNumber(ctx, "a")).toBe(3);
});

test("of an event that is too long, only its one line for people is kept", async () => {
  const { ctx } = await history();
  const data = { detail: "Bash: make", input: "x".repeat(200_000) };
  await appendHistory(ctx, "a", [{ source: "agent", type: "agent.tool", data }]);
  const { events } = await readHistory(ctx, "a", { limit: 10 });
  expect(events[0]?.data).toEqual({ detail: "Bash: make", omitted: expect.any(Number) });
});

describe("reading a part", () => {
  async function long(count: number): Promise<HistoryContext> {
    const { ctx, eventLog, journal } = await history();
    const line = (n: number): string => {
      const source = n % 10 === 0 ? "cowork" : "agent";
      const data = { detail: `event ${n}` };
      const at = new Date(start + n * 1000).toISOString();
      return `${JSON.stringify({ n, at, source, type: n % 10 === 0 ? "run.started" : "agent.tool", data })}\n`;
    };
    const numbers = Array.from({ length: count }, (_, i) => i + 1);
    const text = (own: boolean): string =>
      numbers
        .filter((n) => (n % 10 === 0) === own)
        .map(line)
        .join("");
    await writeFile(eventLog, text(false));
    await writeFile(journal, text(true));
    return ctx;
  }

  test("since a time, after a number, and of some types: the same as a filter over all", async () => {
    const ctx = await long(3000);
    const numbers = async (query: Parameters<typeof readHistory>[2]): Promise<number[]> =>
      (await readHistory(ctx, "a", query)).events.map(({ n }) => n);
    const from = (first: number, keep?: (n: number) => boolean): number[] =>
      Array.from({ length: 3000 }, (_, i) => i + 1).filter((n) => n >= first && keep?.(n) !== false);
    for (const first of [1, 2, 40, 1499, 1500, 2500, 2999, 3000, 3001]) {
      expect(await numbers({ since: start + first * 1000, limit: 5000 })).toEqual(from(first));
      expect(await numbers({ after: first - 1, limit: 5000 })).toEqual(from(first));
    }
    expect(await numbers({ after: 2000, types: ["run."], limit: 5000 })).toEqual(from(2001, (n) => n % 10 === 0));
    expect(await numbers({ after: 2000, types: ["other", "agent"], limit: 5000 })).toEqual(
      from(2001, (n) => n % 10 !== 0),
    );
  });

  test("pages follow each other without a gap, also when no event is of the wanted type", async () => {
    const ctx = await long(250);
    const seen: number[] = [];
    let query: { after?: number; limit: number } = { limit: 70 };
    for (;;) {
      const { events, last, more } = await readHistory(ctx, "a", query);
      seen.push(...events.map(({ n }) => n));
      query = { ...query, after: last };
      if (!more) break;
    }
    expect(seen).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
    expect(await readHistory(ctx, "a", { types: ["none"], limit: 5 })).toEqual({ events: [], last: 250, more: false });
    const future = { since: Date.parse("9999-01-01T00:00:00Z"), limit: 5 };
    expect(await readHistory(ctx, "a", future)).toEqual({ events: [], last: 250, more: false });
  });

  test("a search reads a small part of a large file", async () => {
    const ctx = await long(20_000);
    const file = await open(ctx.paths.eventLog("a"));
    const reads = vi.spyOn(Object.getPrototypeOf(file) as FileHandle, "read");
    onTestFinished(() => reads.mockRestore());
    await file.close();
    const { events } = await readHistory(ctx, "a", { since: start + 19_990_000, limit: 100 });
    expect(events).toHaveLength(11);
    const bytes = await Promise.all(
      reads.mock.results.map(async ({ value }) => (await value) as { bytesRead: number }),
    );
    expect(bytes.reduce((sum, { bytesRead }) => sum + bytesRead, 0)).toBeLessThan(768 * 1024);
  });

  test("a hostile file is survived: an endless line, invalid UTF-8, a long hole", async () => {
    const { ctx, eventLog } = await history();
    await appendHistory(ctx, "a", [agent("agent.one")]);
    await appendFile(eventLog, Buffer.concat([Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from('{"n":9e99}\n{"n":2}\n')]));
    await appendHistory(ctx, "a", [agent("agent.two")]);
    const file = await open(eventLog, "r+");
    await file.truncate(128 * 1024 ** 2);
    await file.close();
    await appendFile(eventLog, "\n");
    const before = process.memoryUsage().rss;
    const { events } = await readHistory(ctx, "a", { limit: 10 });
    expect(events.map(({ type }) => type)).toEqual(["agent.one", "agent.two"]);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 ** 2);
  });
});

test("a reader beside writers gets every event once, in order", async () => {
  const { ctx } = await history();
  const count = 40;
  let isDone = false;
  const writing = (async () => {
    for (let n = 0; n < count; n += 1) await appendHistory(ctx, "a", [n % 2 === 0 ? agent("agent.tool") : person("x")]);
    isDone = true;
  })();
  const seen: number[] = [];
  let after = 0;
  for (let isLast = false; !isLast;) {
    isLast = isDone;
    const part = await readHistory(ctx, "a", { after, limit: 7 });
    seen.push(...part.events.map(({ n }) => n));
    after = part.last;
    if (part.more) isLast = false;
  }
  await writing;
  expect(seen).toEqual(Array.from({ length: count }, (_, index) => index + 1));
});
