import { appendFile, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import type { SessionEvent } from "../../../src/contract/work/history.ts";
import { openFeed, type Feed } from "../../../src/server/feed/feed.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { tree } from "../../support/git/tree.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

const all = (): boolean => true;

function event(session: string, n: number, change: Partial<SessionEvent> = {}): SessionEvent {
  const at = new Date(Date.UTC(2026, 2, 1) + n * 1000).toISOString();
  const ids = { id: `local:${session}:${n}`, host: "local", project: "app", session, sessionId: `app-${session}` };
  return { n, at, source: "cowork", type: "run.started", data: {}, ...ids, ...change };
}

async function feedIn(home: string, bytes?: number): Promise<Feed> {
  const ctx = { paths: coworkPaths(home), log: () => undefined };
  const feed = await openFeed(ctx, bytes === undefined ? undefined : { bytes });
  onTestFinished(async () => await feed.close().catch(() => undefined));
  return feed;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

test("events are numbered without gaps, and read from either end, by what is wanted", async () => {
  const feed = await feedIn(await temporaryFolder());
  for (let n = 1; n <= 1000; n += 1) await feed.append("local", [event(n % 2 === 0 ? "a" : "b", n)]);
  const numbers = async (page: ReturnType<Feed["after"]>): Promise<number[]> =>
    (await page).events.map(({ seq }) => seq);
  expect(feed).toMatchObject({ first: 1, last: 1000 });
  expect(await numbers(feed.after(0, 3, all))).toEqual([1, 2, 3]);
  expect(await numbers(feed.after(998, 10, all))).toEqual([999, 1000]);
  expect(await feed.after(1000, 10, all)).toEqual({ events: [], read: 1000, more: false });
  expect(await numbers(feed.before(1001, 3, all))).toEqual([998, 999, 1000]);
  expect(await numbers(feed.before(4, 10, all))).toEqual([1, 2, 3]);
  expect((await feed.before(4, 10, all)).more).toBe(false);
  const ofA = (one: SessionEvent): boolean => one.session === "a";
  expect(await numbers(feed.before(600, 3, ofA))).toEqual([594, 596, 598]);
  expect(await feed.after(0, 2, ofA)).toMatchObject({ events: [{ seq: 2 }, { seq: 4 }], more: true });
  // Page by page, everything once.
  const seen: number[] = [];
  for (let at = 0, more = true; more;) {
    const page = await feed.after(at, 170, ofA);
    seen.push(...page.events.map(({ seq }) => seq));
    ({ more, read: at } = page);
  }
  expect(seen).toEqual(range(1, 500).map((n) => 2 * n));
});

test("another server goes on after the last event; a line that a crash cut is none, and its event is asked for again", async () => {
  const home = await temporaryFolder();
  const first = await feedIn(home);
  await first.append("local", [event("a", 1), event("a", 2), event("b", 7)]);
  await first.append("box", [event("a", 5)]);
  await first.close();
  const path = join(home, "state/.serve/feed.jsonl");
  const { size } = await stat(path);
  await truncate(path, size - 10);
  const second = await feedIn(home);
  expect(second).toMatchObject({ id: first.id, last: 3 });
  expect(second.cursors("local")).toEqual({ "app-a": 2, "app-b": 7 });
  expect(second.cursors("box")).toEqual({});
  await second.append("box", [event("a", 5)]);
  expect((await second.after(2, 10, all)).events).toMatchObject([
    { seq: 3, host: "local", n: 7 },
    { seq: 4, host: "box", n: 5 },
  ]);
});

test("a file that is not a feed, or is broken before its end, is replaced by a feed with another id", async () => {
  const home = await temporaryFolder();
  const first = await feedIn(home);
  await first.append("local", [event("a", 1), event("a", 2)]);
  await first.close();
  const path = join(home, "state/.serve/feed.jsonl");
  const text = await readFile(path, "utf8");
  for (const broken of ["", "junk\n", text.replace('"seq":1', '"seq":9'), text.replace('{"n":1', "{n:1")]) {
    await writeFile(path, broken);
    const feed = await feedIn(home);
    expect(feed.id).not.toBe(first.id);
    expect(feed).toMatchObject({ first: 1, last: 0 });
    await feed.close();
  }
});

test("a feed that is too long keeps its newest half, its numbers, and how far each session was read", async () => {
  const home = await temporaryFolder();
  const feed = await feedIn(home, 300_000);
  await feed.append("local", [event("old", 3)]);
  for (let n = 1; n <= 2000; n += 1) await feed.append("local", [event("a", n)]);
  expect(feed.last).toBe(2001);
  expect(feed.first).toBeGreaterThan(500);
  const oldest = await feed.after(0, 1, all);
  expect(oldest.events).toMatchObject([{ seq: feed.first, n: feed.first - 1 }]);
  await feed.close();
  const again = await feedIn(home, 300_000);
  expect(again).toMatchObject({ id: feed.id, first: feed.first, last: 2001 });
  expect(again.cursors("local")).toEqual({ "app-old": 3, "app-a": 2000 });
  again.forget("local", { "app-a": 2000 });
  expect(again.cursors("local")).toEqual({ "app-a": 2000 });
});

test("what is appended at the same time is whole and in order", async () => {
  const home = await temporaryFolder();
  const feed = await feedIn(home);
  await Promise.all(range(1, 50).map(async (n) => await feed.append(`host-${n % 3}`, [event("a", n), event("b", n)])));
  const { events } = await feed.after(0, 1000, all);
  expect(events.map(({ seq }) => seq)).toEqual(range(1, 100));
  await feed.close();
  await appendFile(join(home, "state/.serve/feed.jsonl"), '{"seq":101');
  expect((await feedIn(home)).last).toBe(100);
});

test("a report that was taken in late comes once: the events of a session keep the order of its numbers", async () => {
  const home = await temporaryFolder();
  const feed = await feedIn(home);
  // Sorted by time: what the agent reported first was taken in last.
  await feed.append("local", [event("a", 1), event("b", 1), event("a", 3), event("a", 2)]);
  expect((await feed.after(0, 10, all)).events.map(({ id }) => id)).toEqual([
    "local:a:1",
    "local:b:1",
    "local:a:2",
    "local:a:3",
  ]);
  expect(feed.cursors("local")).toEqual({ "app-a": 3, "app-b": 1 });
  await feed.close();
  expect((await feedIn(home)).cursors("local")).toEqual({ "app-a": 3, "app-b": 1 });
});

test.each(["after", "before"] as const)(
  "a file that becomes shorter while it is read (%s) keeps nothing from the reader, and gives nothing twice",
  async (end) => {
    const feed = await feedIn(await temporaryFolder(), 1_000_000);
    const many = (from: number): SessionEvent[] => range(from, from + 999).map((n) => event("a", n));
    for (let n = 1; n <= 3000; n += 1000) await feed.append("local", many(n));
    const { first } = feed;
    const appended = (async () => {
      for (let n = 3001; feed.first === first; n += 1000) await feed.append("local", many(n));
    })();
    // One of these reads is under way when the file becomes shorter.
    while (feed.first === first) {
      const { last } = feed;
      const page = await (end === "after" ? feed.after(0, 100_000, all) : feed.before(last + 1, 100_000, all));
      const seqs = page.events.map(({ seq }) => seq);
      expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
      expect(seqs).toEqual(expect.arrayContaining(range(feed.first, last)));
    }
    await appended;
  },
);

test("a disk that takes only a part of what is written loses that, and no more", async () => {
  const home = await temporaryFolder();
  const script = join(home, "fill.ts");
  const modules = ["server/feed/feed.ts", "system/paths.ts"].map((name) => JSON.stringify(join(tree, "src", name)));
  await writeFile(
    script,
    `import { openFeed } from ${modules[0]};
    import { coworkPaths } from ${modules[1]};
    const feed = await openFeed({ paths: coworkPaths(${JSON.stringify(home)}), log: () => undefined });
    const [first, large, last] = ${JSON.stringify([event("a", 1), event("a", 2, { data: { text: "x".repeat(20_000) } }), event("a", 3)])};
    await feed.append("local", [first]);
    await feed.append("local", [large]).then(() => console.log("written"), () => console.log("refused"));
    await feed.append("local", [last]);
    await feed.close();`,
  );
  // The limit stands for the end of the disk: the first part of the large event fits.
  const { stdout } = await execa("sh", ["-c", 'ulimit -f 16; exec "$@"', "sh", process.execPath, script]);
  expect(stdout).toBe("refused");
  expect((await (await feedIn(home)).after(0, 10, all)).events).toMatchObject([
    { seq: 1, n: 1 },
    { seq: 2, n: 3 },
  ]);
});
