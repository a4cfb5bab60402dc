import { randomBytes } from "node:crypto";
import { PassThrough, Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { CoworkError } from "../../../src/errors.ts";
import { createLines, type Lines } from "../../../src/remote/rpc/lines.ts";
import { createPeer, type Offered, type Peer } from "../../../src/remote/rpc/peer.ts";
import { createStreams, type Streams } from "../../../src/remote/rpc/streams.ts";

async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  // What a reference was read from in this turn of the loop is kept until its end.
  await new Promise((done) => setImmediate(done));
  collect();
}

const goneError = (): CoworkError => new CoworkError("HOST_UNREACHABLE", "gone");

async function failure(work: Promise<unknown>): Promise<CoworkError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CoworkError);
  return error as CoworkError;
}

function listen(): { lines: Lines; input: PassThrough; output: PassThrough; heard: unknown[] } {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const lines = createLines(input, output);
  const heard: unknown[] = [];
  lines.onValue((value) => heard.push(value));
  return { lines, input, output, heard };
}

describe("lines", () => {
  test("arrive split, several at once, empty, and with any characters", async () => {
    const { lines, input, heard } = listen();
    const bytes = Buffer.from('{"a":"ä\\n\\"]"}\n\n1\n"two"\n[3,{"x":null}]\n');
    for (const byte of bytes) input.write(Buffer.from([byte]));
    input.write('"all"\n"in"\n"one"\n"hal');
    input.end('f"\n"without an end');
    expect(await lines.ended).toBeUndefined();
    expect(heard).toEqual([{ a: 'ä\n"]' }, 1, "two", [3, { x: null }], "all", "in", "one", "half"]);
  });

  test("that are not JSON end it, and later ones are ignored", async () => {
    const { lines, input, heard } = listen();
    input.write('1\nWelcome to box!\n{"t":"q"}\n');
    expect(await lines.ended).toMatchObject({ code: "HOST_ANSWER_INVALID" });
    expect(heard).toEqual([1]);
    expect(input.destroyed).toBe(true);
  });

  test("without a newline are limited", async () => {
    const { lines, input } = listen();
    const piece = Buffer.alloc(4 * 1024 * 1024, "x");
    let sent = 0;
    while (!input.destroyed && sent < 400) {
      if (!input.write(piece)) await new Promise((done) => input.once("drain", done).once("close", done));
      sent += 1;
    }
    expect(await lines.ended).toMatchObject({ code: "HOST_ANSWER_INVALID" });
    expect(sent).toBeLessThan(40);
  });

  test.each([
    ["nested deeply", "[".repeat(50_000)],
    ["nested deeply in objects", '{"a":'.repeat(50_000)],
    ["millions of values", `[${"{},".repeat(5_000_000)}0]`],
  ])("with too many values are refused: %s", async (_, line) => {
    const { lines, input, heard } = listen();
    input.write(`${line}\n`);
    expect(await lines.ended).toMatchObject({ code: "HOST_ANSWER_INVALID" });
    expect(heard).toEqual([]);
  });

  test("with long texts are read: brackets, commas and quotes in them do not count", async () => {
    const { input, heard } = listen();
    const long = '[{,"\\'.repeat(2_000_000);
    input.write(`${JSON.stringify([long, "\\", '\\"'])}\n`);
    await expect.poll(() => heard.length).toBe(1);
    expect((heard[0] as string[])[0] === long).toBe(true);
    expect((heard[0] as string[]).slice(1)).toEqual(["\\", '\\"']);
  });

  test("to a peer that never reads do not accumulate without limit", async () => {
    const { lines, input, output } = listen();
    const piece = "x".repeat(16 * 1024 * 1024);
    for (let n = 0; n < 40 && !input.destroyed; n++) void lines.send(piece);
    expect(await lines.ended).toMatchObject({ code: "HOST_ANSWER_INVALID" });
    expect(output.writableLength).toBeLessThan(400 * 1024 * 1024);
    output.destroy();
  });

  test("after the other side is gone are dropped", async () => {
    const { lines, output } = listen();
    output.destroy(new Error("EPIPE"));
    expect(await lines.ended).toBeInstanceOf(Error);
    await lines.send(1);
    lines.close();
  });
});

interface Pair {
  a: Peer;
  b: Peer;
  /** both directions */
  wires: [PassThrough, PassThrough];
  ended: Promise<unknown>;
}

function pair(ofA: Offered, ofB: Offered): Pair {
  const wires: Pair["wires"] = [new PassThrough(), new PassThrough()];
  const [linesA, linesB] = [createLines(wires[0], wires[1]), createLines(wires[1], wires[0])];
  return {
    a: createPeer(linesA, ofA, goneError),
    b: createPeer(linesB, ofB, goneError),
    wires,
    ended: linesA.ended,
  };
}

describe("calls", () => {
  test("work in both directions, also nested", async () => {
    const both: Pair = pair(
      { double: (n: number) => n * 2 },
      { viaA: async (n: number) => Number(await both.b.call("double", n)) + 1 },
    );
    expect(await both.a.call("viaA", 20)).toBe(41);
    expect(await Promise.all([both.a.call("viaA", 1), both.b.call("double", 4), both.a.call("viaA", 2)])).toEqual([
      3, 8, 5,
    ]);
  });

  test("fail with the error that was thrown: its code, its hint, sanitized", async () => {
    const { a } = pair(
      {},
      {
        ours: () => {
          throw new CoworkError("DISK_FULL", "No \u001b[31mspace\u0007 left.", {
            hint: "free\nsome",
            detail: "a\u001b]0;x\u0007b",
          });
        },
        theirs: () => {
          throw new TypeError("boom");
        },
        nothing: () => Promise.reject(new Error("")),
      },
    );
    expect(await failure(a.call("ours"))).toMatchObject({
      code: "DISK_FULL",
      message: "No space left.",
      hint: "free\\nsome",
      detail: "ab",
    });
    expect(await failure(a.call("theirs"))).toMatchObject({ code: "INTERNAL", message: "boom" });
    expect((await failure(a.call("nothing"))).code).toBe("INTERNAL");
  });

  test.each(["constructor", "__proto__", "toString", "hasOwnProperty", "$close", "then", "", "nope"])(
    "of methods that are not offered are refused: %s",
    async (name) => {
      const { a } = pair({}, { known: () => 1 });
      expect((await failure(a.call(name))).code).toBe("INTERNAL");
      expect(await a.call("known")).toBe(1);
    },
  );

  test("that are invalid are ignored", async () => {
    const { a, wires } = pair({ known: (...args: unknown[]) => args.length }, { known: () => 1 });
    const odd = [
      null,
      1,
      "text",
      [],
      {},
      { t: "q" },
      { t: "q", m: 7, a: "no list", i: 1 },
      { t: "q", m: "known", a: 5, i: 2 },
      { t: "q", m: ["known"], a: [], i: {} },
      { t: "s", i: "never asked", r: 1 },
      { t: "s", e: null, i: "x" },
      { i: "__proto__", r: 1 },
      { t: "q", m: "__proto__", a: [], i: "z", o: true },
    ];
    for (const value of odd) wires[0].write(`${JSON.stringify(value)}\n`);
    wires[0].write('{"__proto__":{"t":"q","m":"known"}}\n');
    expect(await a.call("known")).toBe(1);
    expect(({} as Record<string, unknown>)["m"]).toBeUndefined();
  });

  test("end when the other side is gone: running ones, later ones, and waiting ones", async () => {
    const { a, wires, ended } = pair({}, { never: () => new Promise(() => undefined) });
    wires[1].pause();
    const waiting = [
      a.call("never"),
      a.call("never", "x".repeat(1024 * 1024)),
      a.tell("never", "y".repeat(1024 * 1024)),
    ];
    const all = Promise.allSettled(waiting);
    wires[0].end();
    await ended;
    expect((await all).map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect((await failure(a.call("never"))).code).toBe("HOST_UNREACHABLE");
    await a.tell("never");
  });

  test("close the connection if ten thousand are pending", async () => {
    const { wires, ended } = pair({ never: () => new Promise(() => undefined) }, {});
    for (let n = 0; n < 10_500; n++) wires[0].write(`{"t":"q","m":"never","a":[],"i":${n + 1}}\n`);
    expect(await ended).toBeUndefined();
  });
});

interface StreamPair extends Pair {
  sa: Streams;
  sb: Streams;
}

function streamPair(): StreamPair {
  const box: { a?: Peer; b?: Peer } = {};
  const wires: Pair["wires"] = [new PassThrough(), new PassThrough()];
  const [linesA, linesB] = [createLines(wires[0], wires[1]), createLines(wires[1], wires[0])];
  const sa = createStreams(() => box.a!, linesA.ended);
  const sb = createStreams(() => box.b!, linesB.ended);
  box.a = createPeer(linesA, sa.offered, goneError);
  box.b = createPeer(linesB, { ...sb.offered, ping: () => "pong" }, goneError);
  return { a: box.a, b: box.b, wires, ended: linesA.ended, sa, sb };
}

describe("streams", () => {
  test("transfer megabytes in both directions at once, byte for byte", async () => {
    const { sa, sb } = streamPair();
    const [up, down] = [randomBytes(6_000_001), randomBytes(5_000_003)];
    const upHere = buffer(sb.take(1));
    const downHere = buffer(sa.take(2));
    const given = sb.give(2);
    given.out.write(down.subarray(0, 7));
    given.out.write(down.subarray(7));
    await Promise.all([sa.pump(1, Readable.from([up.subarray(0, 3_000_000), up.subarray(3_000_000)])), given.done()]);
    expect(up.equals(await upHere)).toBe(true);
    expect(down.equals(await downHere)).toBe(true);
  });

  test("without a reader delay only themselves", async () => {
    const { a, sa, sb } = streamPair();
    const slow = sb.take(1);
    const sent = sa.pump(1, Readable.from([randomBytes(8_000_000)]));
    const quick = text(sb.take(2));
    await sa.pump(2, Readable.from([Buffer.from("quick")]));
    expect(await quick).toBe("quick");
    expect(await a.call("ping")).toBe("pong");
    expect(slow.readableLength).toBeLessThan(3 * 1024 * 1024);
    expect((await buffer(slow)).length).toBe(8_000_000);
    await sent;
  });

  test("that are no longer read end for the sender", async () => {
    const { sa, sb } = streamPair();
    const source = Readable.from([randomBytes(8_000_000)]);
    const sent = sa.pump(1, source);
    sb.take(1).once("data", () => sb.drop(1));
    await sent;
    expect(source.destroyed).toBe(true);
  });

  test("end early when the other side is gone; data that arrived can be read", async () => {
    const { sa, sb, wires, ended } = streamPair();
    const sent = sa.pump(1, Readable.from([randomBytes(8_000_000)]));
    const got = sb.take(1);
    await expect.poll(() => got.readableLength).toBeGreaterThan(0);
    for (const wire of wires) wire.destroy();
    await ended;
    await sent;
    expect((await buffer(got)).length).toBeGreaterThan(0);
    // The same for a stream that is taken after that.
    expect((await buffer(sb.take(2))).length).toBe(0);
  });

  test("are forgotten when they are over, and what still arrives of them is nothing new", async () => {
    const { a, sa, sb } = streamPair();
    const read = async (id: number): Promise<WeakRef<Readable>> => {
      const [stream] = [sb.take(id)];
      await Promise.all([text(stream), sa.pump(id, Readable.from([Buffer.from("some")]))]);
      return new WeakRef(stream);
    };
    const dropped = (id: number): WeakRef<Readable> => {
      const stream = sb.take(id);
      sb.drop(id);
      return new WeakRef(stream);
    };
    const refs = [await read(1), dropped(2)];
    for (let n = 0; n < 100; n++) await a.tell("streamData", 2, "late");
    expect(await a.call("ping")).toBe("pong");
    await collectGarbage();
    expect(refs.map((ref) => ref.deref())).toEqual([undefined, undefined]);
    // Streams that come before they are asked for have as much room as before.
    for (let id = 10; id < 18; id++) await a.tell("streamData", id, Buffer.from("early").toString("base64"));
    expect(await a.call("ping")).toBe("pong");
    expect([10, 17].map((id) => sb.take(id).readableLength)).toEqual([5, 5]);
  });

  test("that were not requested do not accumulate without limit", async () => {
    const { a, b, sb, wires } = streamPair();
    const data = randomBytes(500_000).toString("base64");
    for (let id = 100; id < 400; id++) await a.tell("streamData", id, data);
    for (const id of [{}, null, "text", -1, 1.5, 1e300]) await a.tell("streamEnd", id);
    expect(await a.call("ping")).toBe("pong");
    const kept = [...Array(300).keys()].map((n) => sb.take(100 + n).readableLength);
    expect(kept.filter((bytes) => bytes > 0).length).toBeLessThanOrEqual(8);
    // A stream with more data than its window fails.
    const one = sb.take(1);
    const failed = new Promise((resolve) => one.once("error", resolve));
    for (let n = 0; n < 40; n++) await a.tell("streamData", 1, data);
    expect(await failed).toMatchObject({ code: "HOST_ANSWER_INVALID" });
    for (const odd of [NaN, "1", -5, null]) await b.tell("streamTaken", 7, odd);
    for (const wire of wires) wire.destroy();
  });
});
