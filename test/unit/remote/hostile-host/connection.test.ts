import { getEventListeners } from "node:events";
import { PassThrough } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { CoworkError } from "../../../../src/errors.ts";
import { type OtherEnd, speaking } from "../../../support/remote/fake-connection.ts";
import {
  answering,
  failure,
  settings,
  type RemoteSessionHost,
  useHostileHost,
} from "../../../support/remote/hostile-host.ts";

// A host that does not end, or whose connection breaks.

const fixture = useHostileHost();

describe("a host that does not end", () => {
  test("after Ctrl-C: the command ends with 130 and reports it", async () => {
    let cancelled = false;
    let end: OtherEnd | undefined;
    const host = fixture.remote((one) => {
      end = one;
      speaking(({ m }) => {
        if (m === "cancel") cancelled = true;
        return undefined;
      })(one);
    });
    const work = failure(host.stop({}, { concurrency: 1 }));
    await expect.poll(() => end !== undefined).toBe(true);
    await new Promise((done) => setTimeout(done, 50));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    fixture.controller.abort(new CoworkError("INTERRUPTED", "Interrupted."));
    // It gets a limited time to end cleanly.
    await vi.advanceTimersByTimeAsync(10_000);
    expect(fixture.connections[0]?.isClosed()).toBe(false);
    await vi.advanceTimersByTimeAsync(20_000);
    vi.useRealTimers();
    const error = await work;
    expect(error).toMatchObject({ code: "INTERRUPTED", exitCode: 130 });
    expect(error.message).toMatch(/box did not confirm/);
    expect(cancelled).toBe(true);
    expect(fixture.connections[0]?.isClosed()).toBe(true);
    host.close();
  });

  test("whose connection breaks repeatedly: retries are limited, then one error explains how to reconnect", async () => {
    const host = fixture.remote((one) => {
      speaking(() => undefined)(one);
      setTimeout(() => one.cut(), 5);
    });
    const error = await failure(host.start({}, { settings }));
    expect(error).toMatchObject({ code: "HOST_UNREACHABLE", exitCode: 4 });
    expect(error.hint).toMatch(/same command again/);
    expect(fixture.connections.length).toBe(9);
    host.close();
  });
});

describe("a terminal whose connection breaks", () => {
  /** Breaks the first connection; on the second one the remote program exits with 7. */
  const breaking = (): ((end: OtherEnd) => void) => {
    let times = 0;
    return (end) => {
      if (!end.command.includes(" tty ")) return speaking(() => undefined)(end);
      times += 1;
      end.stdout.write(`${end.mark} run\nhello ${times}\n`);
      setTimeout(() => (times === 1 ? end.cut() : end.exit(7)), 20);
    };
  };
  const connect = async (
    host: RemoteSessionHost,
    tmux: boolean,
  ): Promise<{ code: Promise<number>; out: PassThrough }> => {
    const out = new PassThrough();
    const tty = { columns: 80, rows: 24, onResize: () => () => undefined };
    const io = { stdin: new PassThrough(), stdout: out, stderr: new PassThrough(), tty };
    const code = host.connect({ selector: { names: ["a"] }, settings, tmux }, io);
    await Promise.resolve();
    return { code, out };
  };

  test("reconnects to the shell in tmux", async () => {
    const host = fixture.remote(breaking());
    const { code, out } = await connect(host, true);
    expect(await code).toBe(7);
    // Before it reconnects, modes that the lost program had set in the terminal are reset.
    expect((out.read() as Buffer).toString()).toMatch(/^hello 1\n.*\?1049l.*hello 2\n$/s);
    expect(fixture.connections).toHaveLength(2);
    expect(fixture.events.map(({ detail }) => detail).join()).toMatch(/connection to box broke/);
    host.close();
  });

  test("ends with a plain shell", async () => {
    const host = fixture.remote(breaking());
    const { code } = await connect(host, false);
    expect(await failure(code)).toMatchObject({ code: "HOST_UNREACHABLE", exitCode: 4 });
    expect(fixture.connections).toHaveLength(1);
    host.close();
  });
});

test("two concurrent jobs each continue at the right event after a break", async () => {
  const calls: { name: string; seen: number }[] = [];
  let begun = 0;
  let times = 0;
  const host = fixture.remote((end) => {
    times += 1;
    const first = times === 1;
    speaking(({ m, a }, say) => {
      if (m !== "job") return undefined;
      const [options] = a as [
        { subject: [{ names: [string] }, boolean]; seen: number; ticket: number; args?: unknown },
      ];
      const [name] = options.subject[0].names;
      calls.push({ name, seen: options.seen });
      if (!first) return { value: [{ name, ok: true, exitCode: 0, notes: [] }] };
      if (options.args === undefined) return { missing: true };
      // No job answers: after three fixture.events of a and one of b the connection breaks.
      const event = { session: name, step: "start", state: "note", detail: "x" };
      for (let n = 0; n < (name === "a" ? 3 : 1); n++) say({ t: "q", m: "report", a: [event, options.ticket] });
      begun += 1;
      if (begun === 2) setImmediate(() => end.cut());
      return undefined;
    })(end);
  });
  const start = (name: string) => host.start({ names: [name] }, { settings });
  await expect(Promise.all([start("a"), start("b")])).resolves.toMatchObject([[{ name: "a" }], [{ name: "b" }]]);
  const again = calls.slice(-2).toSorted((one, other) => one.name.localeCompare(other.name));
  expect(again).toEqual([
    { name: "a", seen: 3 },
    { name: "b", seen: 1 },
  ]);
  host.close();
});

test("a connection that is over leaves nothing behind on the signal that outlives it", async () => {
  const cuts: (() => void)[] = [];
  const host = fixture.remote((end) => {
    cuts.push(end.cut);
    answering({ list: [] })(end);
  });
  const listeners = (): unknown[] => getEventListeners(fixture.ctx.signal, "abort");
  const before = listeners().length;
  for (let n = 1; n <= 3; n += 1) {
    expect(await host.list({})).toEqual([]);
    expect(listeners().length).toBeGreaterThan(before);
    cuts.at(-1)?.();
    await expect.poll(() => listeners().length).toBe(before);
  }
  host.close();
});
