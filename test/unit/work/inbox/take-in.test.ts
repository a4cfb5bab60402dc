import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { mkdir, readFile, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { HistoryEvent } from "../../../../src/contract/work/history.ts";
import type { Context } from "../../../../src/system/context.ts";
import { takeInReports } from "../../../../src/work/inbox/take-in.ts";
import { workFolder } from "../../../support/work-place.ts";

/** Writes a report as the hook's script does. @param age seconds ago */
async function report(inbox: string, name: string, input: object | string, age = 0): Promise<void> {
  const path = join(inbox, name);
  const text = typeof input === "string" ? input : JSON.stringify(input);
  await writeFile(path, `${name.split(".").at(-1)}\n${text}\n`);
  const time = Date.now() / 1000 - age;
  await utimes(path, time, time);
}

const dropped = (events: readonly HistoryEvent[]): unknown =>
  events.find(({ type }) => type === "event.dropped")?.data["count"];

test("reports become numbered events, by their time, and leave the inbox", async () => {
  const { ctx, place, inbox } = await workFolder();
  await report(inbox, "12.50-9.PreToolUse", { session_id: "s", tool_name: "Bash", tool_input: { command: "make" } }, 1);
  await report(inbox, "12.40-7.UserPromptSubmit", { session_id: "s", prompt: "fix it" }, 2);
  await report(inbox, "13.00-11.Stop", { session_id: "s", background_tasks: [] });
  const taken = await takeInReports(ctx, place);
  expect(taken.map(({ n, source, type, data }) => [n, source, type, data["detail"]])).toEqual([
    [1, "agent", "agent.working", "fix it"],
    [2, "agent", "agent.tool", "Bash: make"],
    [3, "agent", "agent.idle", undefined],
  ]);
  expect(taken[1]?.data).toMatchObject({ event: "PreToolUse", tool: "Bash", conversation: "s" });
  const lines = (await readFile(ctx.paths.eventLog(place.id), "utf8")).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(taken);
  expect(readdirSync(inbox)).toEqual([]);
  expect(await takeInReports(ctx, place)).toEqual([]);
});

test("links, pipes, folders, sockets' names and files in another form are dropped and counted, and nothing blocks", async () => {
  const { ctx, place, inbox, events } = await workFolder();
  const secret = join(ctx.paths.home, "secret");
  await writeFile(secret, 'Stop\n{"last_assistant_message":"secret"}\n');
  await symlink(secret, join(inbox, "1.00-1.Stop"));
  execFileSync("/usr/bin/mkfifo", [join(inbox, "1.00-2.Stop")]);
  await mkdir(join(inbox, "1.00-3.Stop"));
  await report(inbox, "1.00-4.stop; rm", {});
  execFileSync("sh", ["-c", 'cd "$1" && : >"$(printf "1.00-5.St\\377op")"', "sh", inbox]);
  await report(inbox, "2.00-6.Stop", {});
  const taken = await takeInReports(ctx, place);
  expect(taken.map(({ type }) => type)).toEqual(["agent.idle", "event.dropped"]);
  expect(dropped(taken)).toBe(5);
  expect(readdirSync(inbox)).toEqual([]);
  expect(existsSync(secret)).toBe(true);
  expect(await readFile(ctx.paths.eventLog(place.id), "utf8")).not.toContain("secret");
  expect(readdirSync(events)).toEqual(["inbox"]);
});

test("a report may be cut, deep, no JSON or no UTF-8: the event itself is known", async () => {
  const { ctx, place, inbox } = await workFolder();
  const long = JSON.stringify({ session_id: "s", tool_name: "Write", tool_input: { content: "x".repeat(200_000) } });
  await report(inbox, "1.00-1.PreToolUse", long.slice(0, 65_536), 5);
  await report(inbox, "1.00-2.PreToolUse", `{"tool_name":"Deep","tool_input":${"[".repeat(30_000)}`, 4);
  await report(inbox, "1.00-3.PreToolUse", "not JSON", 3);
  await writeFile(
    join(inbox, "1.00-4.PreToolUse"),
    Buffer.from('PreToolUse\n{"tool_name":"B\xff\x1b[31md"}', "latin1"),
  );
  await writeFile(join(inbox, "1.00-5.Stop"), "");
  const taken = await takeInReports(ctx, place);
  expect(taken.map(({ type, data }) => [type, data["tool"]])).toEqual([
    ["agent.tool", "Write"],
    ["agent.working", undefined],
    ["agent.working", undefined],
    ["agent.working", undefined],
    ["agent.idle", undefined],
  ]);
});

test("a file that is larger than a report, or grew, is dropped without being read whole", async () => {
  const { ctx, place, inbox } = await workFolder();
  await report(inbox, "1.00-1.Stop", {});
  await truncate(join(inbox, "1.00-1.Stop"), 2 ** 40);
  await report(inbox, "1.00-2.Stop", "x".repeat(70_000));
  const taken = await takeInReports(ctx, place);
  expect(taken.map(({ type }) => type)).toEqual(["event.dropped"]);
  expect(dropped(taken)).toBe(2);
});

test("text of a report reaches the history only as one short plain line", async () => {
  const { ctx, place, inbox } = await workFolder();
  const command = `\u001b]0;title\u0007echo \u202ehi${"y".repeat(5000)}\nsecond`;
  await report(inbox, "1.00-1.PreToolUse", { tool_name: "Bash", tool_input: { command } });
  const [event] = await takeInReports(ctx, place);
  expect(event?.data["detail"]).toMatch(/^Bash: echo hiy{100,200}…$/);
});

const many = async (inbox: string, count: number, uptime = "1.00"): Promise<void> => {
  for (let n = 0; n < count; n += 1) await writeFile(join(inbox, `${uptime}-${n}.Stop`), "Stop\n{}\n");
};
const later = (ctx: Context, ms: number): Context => ({
  ...ctx,
  clock: { ...ctx.clock, now: () => new Date(Date.now() + ms) },
});

test("of a flood only 200 reports a second are taken in, and the rest is dropped", async () => {
  const { ctx, place, inbox } = await workFolder();
  await many(inbox, 2_100);
  const taken = await takeInReports(ctx, place);
  expect(taken.filter(({ source }) => source === "agent")).toHaveLength(1_000);
  expect(dropped(taken)).toBe(1_100);
  expect(readdirSync(inbox)).toEqual([]);
  await many(inbox, 2_100, "2.00");
  const { mtimeMs } = statSync(ctx.paths.eventLog(place.id));
  const more = await takeInReports(later(ctx, mtimeMs + 2_000 - Date.now()), place);
  const count = more.filter(({ source }) => source === "agent").length;
  expect(Math.abs(count - 400)).toBeLessThan(100);
});

test("a burst waits for its turn, and nothing of it is dropped", async () => {
  const { ctx, place, inbox } = await workFolder();
  await many(inbox, 1_100);
  expect(await takeInReports(ctx, place)).toHaveLength(1_000);
  expect(readdirSync(inbox)).toHaveLength(100);
  expect(await takeInReports(later(ctx, 1_000), place)).toHaveLength(100);
});

test("a session that was not looked at for hours loses nothing", async () => {
  const { ctx, place, inbox } = await workFolder();
  await many(inbox, 1_200);
  const old = { ...place, createdAt: new Date(Date.now() - 3_600_000).toISOString() };
  expect(await takeInReports(ctx, old)).toHaveLength(1_200);
});

test("when the history is full, reports are only counted", async () => {
  const { ctx, place, inbox } = await workFolder();
  await writeFile(ctx.paths.eventLog(place.id), "");
  await truncate(ctx.paths.eventLog(place.id), 64 * 1024 * 1024);
  await report(inbox, "1.00-1.Stop", {});
  expect(dropped(await takeInReports(ctx, place))).toBe(1);
  expect(readdirSync(inbox)).toEqual([]);
});

test("what is dropped is recorded at most once a minute, with its sum", async () => {
  const { ctx, place, inbox } = await workFolder();
  let now = Date.parse("2026-03-01T12:00:00.000Z");
  const moved = { ...ctx, clock: { ...ctx.clock, now: () => new Date(now) } };
  const drop = async (): Promise<unknown> => {
    await writeFile(join(inbox, "no report"), "");
    return dropped(await takeInReports(moved, place));
  };
  expect(await drop()).toBe(1);
  now += 30_000;
  expect(await drop()).toBeUndefined();
  expect(await drop()).toBeUndefined();
  now += 31_000;
  expect(await drop()).toBe(3);
});

test("an inbox replaced by a link: nothing outside is read or removed, and the hooks get a new one", async () => {
  const { ctx, place, inbox } = await workFolder();
  const outside = join(ctx.paths.home, "outside");
  await mkdir(outside);
  await report(outside, "1.00-1.Stop", {});
  await rm(inbox, { recursive: true });
  await symlink(outside, inbox);
  const taken = await takeInReports(ctx, place);
  expect(taken.map(({ type }) => type)).toEqual(["event.dropped"]);
  expect(readdirSync(outside)).toEqual(["1.00-1.Stop"]);
  expect(existsSync(inbox)).toBe(false);
});

test("a crash between history and inbox repeats nothing", async () => {
  const { ctx, place, inbox } = await workFolder();
  await report(inbox, "1.00-1.Stop", {}, 9);
  await takeInReports(ctx, place);
  // As if it had not been removed.
  await report(inbox, "1.00-1.Stop", {}, 9);
  await report(inbox, "2.00-2.Stop", {});
  const taken = await takeInReports(later(ctx, 1_000), place);
  expect(taken.map(({ data }) => data["report"])).toEqual(["2.00-2.Stop"]);
  expect(readdirSync(inbox)).toEqual([]);
});

test("a report that is being written is left alone, one that no one finishes is removed", async () => {
  const { ctx, place, inbox } = await workFolder();
  await writeFile(join(inbox, ".1.00-1.Stop"), "Sto");
  expect(await takeInReports(ctx, place)).toEqual([]);
  expect(readdirSync(inbox)).toEqual([".1.00-1.Stop"]);
  await utimes(join(inbox, ".1.00-1.Stop"), 0, 0);
  expect(await takeInReports(ctx, place)).toEqual([]);
  expect(readdirSync(inbox)).toEqual([]);
});

test("two commands at once take every report in once", async () => {
  const { ctx, place, inbox } = await workFolder();
  for (let n = 0; n < 50; n += 1) await report(inbox, `1.00-${n}.Stop`, {});
  const both = await Promise.all([takeInReports(ctx, place), takeInReports(ctx, place)]);
  const numbers = both.flat().map(({ n }) => n);
  expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
});

test("a session without an inbox has no reports", async () => {
  const { ctx, place, events } = await workFolder();
  await rm(events, { recursive: true });
  expect(await takeInReports(ctx, place)).toEqual([]);
  await writeFile(events, "a file");
  expect(await takeInReports(ctx, place)).toEqual([]);
});
