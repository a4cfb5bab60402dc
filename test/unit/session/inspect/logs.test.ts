import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { LogsOptions } from "../../../../src/contract/remote/requests.ts";
import type { RunView } from "../../../../src/contract/work/run.ts";
import { markStart } from "../../../../src/session/inspect/log-marks.ts";
import { showLogs } from "../../../../src/session/inspect/logs.ts";
import type { Context } from "../../../../src/system/context.ts";
import { appendOutput } from "../../../../src/work/runs/output/accepted.ts";
import { writeRun } from "../../../../src/work/runs/run-files.ts";
import { runView } from "../../../support/fakes/run-view.ts";
import { sessionHost, type SessionHost } from "../../../support/fakes/session-host.ts";

let host: SessionHost;

beforeEach(async () => {
  host = await sessionHost();
  onTestFinished(async () => await host.end());
  await host.init("a");
  await mkdir(host.ctx.paths.logs("app-a"), { recursive: true });
  await writeFile(host.ctx.paths.upLog("app-a"), "building\u001b[2J the image\n");
});

async function run(n: number, change: Partial<RunView>, ...texts: string[]): Promise<void> {
  await mkdir(host.ctx.paths.run("app-a", n), { recursive: true });
  await writeRun(host.ctx, runView({ n, id: `a:${n}`, ...change }));
  const lines = texts.map((text) =>
    JSON.stringify({ type: "assistant", message: { content: [{ type: "text", text }] } }),
  );
  if (lines.length > 0) await appendOutput(host.ctx, "app-a", n, lines);
}

async function transcript(text: string, at: string): Promise<void> {
  const folder = join(host.ctx.paths.agentState("app-a", "claude"), "projects", "-w");
  await mkdir(folder, { recursive: true });
  const entry = { type: "assistant", message: { content: [{ type: "text", text }] }, timestamp: at };
  await appendFile(join(folder, "11111111-1111-4111-8111-111111111111.jsonl"), `${JSON.stringify(entry)}\n`);
}

const select = (): Parameters<typeof showLogs>[1] => ({ ...host.select("a"), names: ["a"] });

async function log(show?: LogsOptions["show"]): Promise<string[]> {
  const out = new PassThrough();
  await showLogs(host.ctx, select(), { follow: false, ...(show === undefined ? {} : { show }) }, out);
  out.end();
  return (await out.toArray()).join("").split("\n").slice(0, -1);
}

const ended = { state: "completed", endedAt: "2026-03-01T12:00:00.000Z" } as const;

test("while there is nothing else, and with setup, it is how the dev container started", async () => {
  expect(await log()).toEqual(["building the image"]);
  expect(await log("agent")).toEqual([]);
  await run(1, ended, "Done.");
  expect(await log("setup")).toEqual(["building the image"]);
});

test("the newest run, then what the agent did in a terminal after it", async () => {
  await run(1, ended, "first");
  await run(2, ended, "second");
  await transcript("during the run", "2026-03-01T11:59:30.000Z");
  await transcript("by hand", "2026-03-01T12:30:00.000Z");
  expect(await log()).toEqual(["── run a:2, implement: add a file", "second", "── run a:2 completed", "by hand"]);
  expect(await log({ run: 1 })).toEqual(["── run a:1, implement: add a file", "first", "── run a:1 completed"]);
  await expect(log({ run: 7 })).rejects.toMatchObject({ code: "RUN_NOT_FOUND", hint: "cowork runs a lists its runs" });
});

test("without a run it is what the agent did in a terminal", async () => {
  await transcript("by hand", "2026-03-01T12:30:00.000Z");
  expect(await log()).toEqual(["by hand"]);
});

test("a run is followed to its end, also the part of a line that comes later", async () => {
  await run(1, { state: "created", createdAt: new Date().toISOString() });
  const steps = [
    async () => await appendFile(join(host.ctx.paths.run("app-a", 1), "output.jsonl"), '{"type":"assistant","mess'),
    async () =>
      await appendFile(
        join(host.ctx.paths.run("app-a", 1), "output.jsonl"),
        'age":{"content":[{"type":"text","text":"later"}]}}\n',
      ),
    async () => await run(1, ended, "end"),
  ];
  const clock: Context["clock"] = { now: () => new Date(), sleep: async () => await steps.shift()?.() };
  const out = new PassThrough();
  await showLogs({ ...host.ctx, clock }, select(), { follow: true, show: { run: 1 } }, out);
  out.end();
  expect((await out.toArray()).join("").split("\n")).toEqual([
    "── run a:1, implement: add a file",
    "── run a:1 has not started yet",
    "later",
    "end",
    "── run a:1 completed",
    "",
  ]);
});

test("following ends with the signal", async () => {
  const end = new AbortController();
  const clock: Context["clock"] = { now: () => new Date(), sleep: async () => end.abort() };
  const out = new PassThrough();
  await showLogs({ ...host.ctx, clock, signal: end.signal }, select(), { follow: true }, out);
  out.end();
  expect((await out.toArray()).join("")).toBe("building the image\n");
});

test("a reader that comes back with the last mark that it saw gets the rest, once", async () => {
  const readFrom = async (from: string | undefined): Promise<{ text: string; mark: string }[]> => {
    const out = new PassThrough();
    const marked = from === undefined ? {} : { from };
    await showLogs(host.ctx, select(), { follow: false, marked }, out);
    out.end();
    const parts = (await out.toArray()).join("").split(new RegExp(`^${markStart}(.*)\n`, "m"));
    return parts.flatMap((text, n) => (n % 2 === 0 && text !== "" ? [{ text, mark: parts[n + 1] ?? "" }] : []));
  };
  const textOf = (parts: { text: string }[]): string => parts.map(({ text }) => text).join("");
  await run(1, ended, "first");
  const before = await readFrom(undefined);
  const first = await log();
  expect(textOf(before)).toBe(first.map((line) => `${line}\n`).join(""));
  expect(before).toHaveLength(3);
  await run(2, ended, "second");
  await transcript("by hand", "2026-03-01T12:30:00.000Z");
  const whole = [...first, ...(await log())].map((line) => `${line}\n`).join("");
  // Wherever it was cut.
  for (const [n, { mark }] of before.entries())
    expect(textOf(before.slice(0, n + 1)) + textOf(await readFrom(mark))).toBe(whole);
  const all = await readFrom(undefined);
  expect(await readFrom(all.at(-1)?.mark)).toEqual([]);
  expect(textOf(await readFrom("no mark"))).toBe(textOf(all));
});
