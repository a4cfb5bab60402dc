import { appendFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { initRequest } from "../../../src/contract/remote/requests.ts";
import { connectRequest } from "../../../src/contract/remote/terminal-requests.ts";
import { CoworkError } from "../../../src/errors.ts";
import type { DomainEvent } from "../../../src/contract/events.ts";
import type { ProgressEvent } from "../../../src/events.ts";
import {
  appendLine,
  isAlive,
  jobFolder,
  jobId,
  prepareJob,
  readLines,
  readResult,
} from "../../../src/jobs/job-files.ts";
import { runJob } from "../../../src/jobs/run-job.ts";
import { listenerOver } from "../../../src/remote/server/job-listener.ts";
import { serveHost } from "../../../src/remote/server/serve.ts";
import type { Peer } from "../../../src/remote/rpc/peer.ts";
import type { SessionHost } from "../../../src/session/session-host.ts";
import { systemClock } from "../../../src/system/clock.ts";
import type { Context } from "../../../src/system/context.ts";
import { fakeHost } from "../../support/fakes/fake-host.ts";
import { sampleOf } from "../../support/sample-of.ts";
import { gitWorkshop, type GitWorkshop } from "../../support/git/git-project.ts";

let shop: GitWorkshop;
let ctx: Context;
let home: string;
beforeEach(async () => {
  shop = await gitWorkshop({ clock: systemClock });
  home = shop.context.paths.home;
  await mkdir(home, { recursive: true });
  const program = join(import.meta.dirname, "../../support/remote/job-here.ts");
  const env = { ...shop.env, COWORK_HOME: home };
  ctx = { ...shop.context, env, self: [process.execPath, program] };
});
afterEach(async () => {
  for (const pid of await runs()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it has ended already
    }
  }
  await shop.end();
});

const runs = async (): Promise<number[]> => {
  const text = await readFile(join(home, "runs"), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [Number(line)]));
};
const go = async (): Promise<void> => await writeFile(join(home, "go"), "");
const subject = ["app", ["a"]];
const id = jobId("init", subject);

const finished = { value: [{ name: "a" }] };

interface Front {
  events: ProgressEvent[];
  asked: unknown[];
  result: Promise<unknown>;
  /** Ctrl-C */
  cancel(): void;
  /** breaks the connection */
  cut(): void;
}

function front(options: { seen?: number; answer?: boolean; joins?: boolean } = {}): Front {
  const [cancelled, left] = [new AbortController(), new AbortController()];
  const events: ProgressEvent[] = [];
  const asked: unknown[] = [];
  const peer: Peer = {
    call: async (_method, question) => {
      asked.push(question);
      return await Promise.resolve(options.answer ?? true);
    },
    tell: async (_method, event) => {
      events.push(event as ProgressEvent);
      await Promise.resolve();
    },
    close: () => undefined,
  };
  const { seen = 0, joins = false } = options;
  const call = { method: "init", subject, seen, ...(joins ? {} : { args: [sampleOf(initRequest)] }) };
  const result = runJob({ ...ctx, signal: cancelled.signal }, listenerOver(peer, undefined), call, left.signal);
  result.catch(() => undefined);
  return {
    events,
    asked,
    result,
    cancel: () => cancelled.abort(new CoworkError("INTERRUPTED", "Interrupted.")),
    cut: () => left.abort(new CoworkError("INTERRUPTED", "The other side is gone.")),
  };
}
const details = ({ events }: Front): string[] => events.map(({ detail }) => detail ?? "");
const begun = async (one: Front): Promise<void> =>
  await vi.waitFor(() => expect(details(one)).toContain("begun"), { timeout: 15_000 });

describe("a job", { timeout: 30_000 }, () => {
  test("reports its progress and returns its result", async () => {
    await go();
    const one = front();
    expect(await one.result).toMatchObject(finished);
    expect(details(one)).toEqual(["begun", "ends"]);
    expect(await isAlive(ctx, id)).toBe(false);
  });

  test("is joined by a client with the same request: one run, one result, all events", async () => {
    const one = front();
    await begun(one);
    const two = front();
    await begun(two);
    await go();
    expect(await two.result).toEqual(await one.result);
    expect(await runs()).toHaveLength(1);
    expect(details(two)).toEqual(details(one));
  });

  test("is not started by a request without arguments", async () => {
    expect(await front({ joins: true }).result).toEqual({ missing: true });
    const one = front();
    await begun(one);
    const two = front({ joins: true });
    await begun(two);
    await go();
    expect(await two.result).toEqual(await one.result);
    expect(await front({ joins: true }).result).toEqual({ missing: true });
    expect(await front({ joins: true, seen: 1 }).result).toMatchObject(finished);
    expect(await runs()).toHaveLength(1);
  });

  test("is started once by two concurrent requests", async () => {
    await go();
    const both = [front(), front()];
    await Promise.all(both.map(async (one) => await one.result));
    // The second may start after the first has ended: then it runs again, which is harmless.
    expect((await runs()).length).toBeLessThanOrEqual(2);
  });

  test("continues without a client, which gets missed events and the result when it returns", async () => {
    const one = front();
    await begun(one);
    one.cut();
    await expect(one.result).rejects.toThrow(/gone|aborted/);
    expect(await isAlive(ctx, id)).toBe(true);
    const back = front({ seen: one.events.length });
    await go();
    expect(await back.result).toMatchObject(finished);
    expect(details(back)).not.toContain("begun");
    expect(details(back)).toContain("ends");
    expect(await runs()).toHaveLength(1);
  });

  test("keeps its result only for a client that was disconnected", async () => {
    const one = front();
    await begun(one);
    one.cut();
    await go();
    await vi.waitFor(async () => expect(await readResult(jobFolder(ctx, id))).toBeDefined(), { timeout: 15_000 });
    const back = front({ seen: 1 });
    expect(await back.result).toMatchObject(finished);
    expect(await runs()).toHaveLength(1);
    // The same command typed again is a new job.
    await front().result;
    expect(await runs()).toHaveLength(2);
  });

  test("that was killed reports it, and the next one starts again", async () => {
    const one = front();
    await begun(one);
    const [pid] = await runs();
    process.kill(pid!, "SIGKILL");
    await expect(one.result).rejects.toMatchObject({ hint: expect.stringMatching(/same command/) as string });
    await go();
    expect(await front().result).toMatchObject(finished);
    expect(await runs()).toHaveLength(2);
  });

  test("ends with Ctrl-C, even while it is being started", async () => {
    const one = front();
    await begun(one);
    one.cancel();
    await expect(one.result).rejects.toMatchObject({ code: "INTERRUPTED" });
    await vi.waitFor(async () => expect(await isAlive(ctx, id)).toBe(false), { timeout: 15_000 });

    const early = front();
    await vi.waitFor(async () => expect(await readdir(join(home, "jobs"))).toContain(id), { timeout: 15_000 });
    await new Promise((done) => setTimeout(done, 10));
    early.cancel();
    await expect(early.result).rejects.toMatchObject({ code: "INTERRUPTED" });
    await vi.waitFor(async () => expect(await isAlive(ctx, id)).toBe(false), { timeout: 15_000 });
  });

  test("asks the connected client once", async () => {
    await writeFile(join(home, "ask"), "");
    const one = front({ answer: true });
    await vi.waitFor(() => expect(details(one)).toContain("answer true"), { timeout: 15_000 });
    const two = front({ answer: false });
    // It has joined: a job that had ended before would start again and ask again.
    await vi.waitFor(() => expect(details(two)).toContain("answer true"), { timeout: 15_000 });
    await go();
    await Promise.all([one.result, two.result]);
    expect(one.asked).toHaveLength(1);
    expect(two.asked).toHaveLength(0);
  });

  test("sends the same events to a local listener", async () => {
    await go();
    const events: DomainEvent[] = [];
    const listener = {
      report: (event: DomainEvent) => void events.push(event),
      ask: async () => await Promise.resolve(true),
    };
    const options = { method: "init", subject, seen: 0, args: [] };
    expect(await runJob(ctx, listener, options, new AbortController().signal)).toMatchObject(finished);
    expect(events.map(({ id: its, host, type }) => [its, host, type])).toEqual([
      ["local:a:1", "local", "progress"],
      ["local:a:2", "local", "progress"],
    ]);
  });

  test("is read from its files: an incomplete line does not count, and old jobs are removed", async () => {
    const folder = await prepareJob(ctx, id, { method: "init", args: [] });
    const data = { step: "clone", state: "note", detail: "ä".repeat(1000) } as const;
    const event = {
      id: "local:a:1",
      at: "2026-01-01T00:00:00Z",
      host: "local",
      session: "a",
      type: "progress",
      data,
    } as const;
    await appendLine(folder, { event });
    const { lines, place } = await readLines(folder);
    expect(lines).toEqual([{ event }]);
    await appendFile(join(folder, "log.jsonl"), '{"event":{"sess');
    expect(await readLines(folder)).toEqual({ lines: [{ event }], place });
    expect(await readLines(folder, place)).toEqual({ lines: [], place });
    // A log that replaced this one is read from its start.
    await rm(join(folder, "log.jsonl"));
    expect(await readLines(folder, place)).toEqual({ lines: [], place });
    await appendLine(folder, { event });
    await appendLine(folder, { event });
    expect((await readLines(folder, place)).lines).toEqual([{ event }, { event }]);
    const later = { ...ctx, clock: { ...systemClock, now: () => new Date(Date.now() + 25 * 3600_000) } };
    await prepareJob(later, jobId("start", "other"), { method: "start", args: [] });
    expect(await readdir(ctx.paths.jobs)).toEqual([jobId("start", "other")]);
    await rm(folder, { recursive: true, force: true });
  });
});

describe("the server", () => {
  interface Serving {
    say(value: unknown): void;
    input: PassThrough;
    heard: () => string;
    ended: Promise<void>;
  }
  function serve(host: SessionHost, silenceMs?: number): Serving {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let heard = "";
    output.on("data", (chunk: Buffer) => (heard += chunk.toString()));
    const more = silenceMs === undefined ? {} : { silenceMs };
    return {
      input,
      say: (value) => void input.write(`${JSON.stringify(value)}\n`),
      heard: () => heard,
      ended: serveHost({ ctx, input, output, makeHost: () => host, ...more }),
    };
  }

  test("offers only the declared functions", async () => {
    const { host, calls } = fakeHost({ list: () => Promise.resolve([]) });
    const served = serve(host);
    for (const [n, method] of ["openClone", "connect", "constructor", "then", "__proto__", "close"].entries())
      served.say({ t: "q", m: "call", a: [method, []], i: `no${n}` });
    served.say({ t: "q", m: "call", a: ["list", "no list"], i: "odd" });
    served.say({ t: "q", m: "call", a: ["list", [{}]], i: "yes" });
    await vi.waitFor(() => expect(served.heard()).toContain('"yes"'), { timeout: 15_000 });
    expect(calls.map(([name]) => name)).toEqual(["list"]);
    expect(served.heard().match(/"code":"REQUEST_INVALID"/g)).toHaveLength(7);
    served.input.end();
    await served.ended;
  });

  test("ends when no data arrives any more, and not before", async () => {
    const { host } = fakeHost({});
    const served = serve(host, 1000);
    let over = false;
    void served.ended.then(() => (over = true));
    for (let n = 0; n < 12; n++) {
      served.say({ t: "q", m: "alive", a: [] });
      await new Promise((done) => setTimeout(done, 100));
    }
    expect(over).toBe(false);
    await served.ended;
  });

  test("waits for running calls when the client is gone: they end in an orderly way", async () => {
    let ended = false;
    const { host } = fakeHost({
      connect: async (_request, io) => {
        await new Promise<void>((done) => io.signal?.addEventListener("abort", () => done(), { once: true }));
        await new Promise((done) => setTimeout(done, 50));
        ended = true;
        return 143;
      },
    });
    const served = serve(host);
    served.say({ t: "q", m: "connect", a: [sampleOf(connectRequest), [1, 2, 3]], i: "1" });
    await new Promise((done) => setTimeout(done, 20));
    served.input.end();
    await served.ended;
    expect(ended).toBe(true);
  });
});
