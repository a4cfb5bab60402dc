import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCollector, demux, firstLine, maxFirstLine, readToEnd, streamSink } from "../../../src/engine/streams.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

function frame(stream: number, data: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

/** Cuts at the given positions, in any order. */
function pieces(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length])].toSorted(
    (a, b) => a - b,
  );
  return places.slice(1).map((end, n) => whole.subarray(places[n], end));
}

describe("demux", () => {
  test("returns each stream's bytes in order, however the frames are cut", async () => {
    const frames = fc.array(fc.record({ stream: fc.constantFrom(1, 2), data: fc.uint8Array({ maxLength: 40 }) }), {
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(frames, fc.array(fc.nat(2000)), async (sent, cuts) => {
        const [out, err] = [createCollector(10_000), createCollector(10_000)];
        const sink = demux(out.sink, err.sink);
        for (const piece of pieces(Buffer.concat(sent.map(({ stream, data }) => frame(stream, data))), cuts))
          await sink(piece);
        const whole = (wanted: number): string =>
          Buffer.concat(sent.filter(({ stream }) => stream === wanted).map(({ data }) => data)).toString("utf8");
        expect([out.text(), err.text()]).toEqual([whole(1), whole(2)]);
      }),
    );
  });
});

describe("firstLine", () => {
  test("takes one line off, however it is split", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(100)), fc.string(), async (cuts, rest) => {
        const lines: string[] = [];
        const after = createCollector(10_000);
        const sink = firstLine((line) => lines.push(line), after.sink);
        for (const piece of pieces(Buffer.from(`1234\r\n${rest}`), cuts)) await sink(piece);
        expect([lines, after.text()]).toEqual([["1234"], Buffer.from(rest).toString()]);
      }),
    );
  });
});

test("a first line that never ends does not fill the memory: its start is the line, and the rest is passed on", async () => {
  const lines: string[] = [];
  let passed = 0;
  const sink = firstLine(
    (line) => lines.push(line),
    (chunk) => void (passed += chunk.length),
  );
  for (let n = 0; n < 100; n += 1) await sink(Buffer.alloc(1000, "x"));
  expect([lines, passed]).toEqual([["x".repeat(maxFirstLine)], 100_000 - maxFirstLine]);
});

describe("streamSink", () => {
  test("waits for a reader, and fails when it is gone", async () => {
    const target = new PassThrough({ highWaterMark: 4 });
    const sink = streamSink(target);
    let written = false;
    const writing = Promise.resolve(sink(Buffer.from("longer than four"))).then(() => (written = true));
    await delay(20);
    expect(written).toBe(false);
    target.resume();
    await writing;
    target.pause();
    const waiting = sink(Buffer.from("longer than four again"));
    target.destroy();
    await expect(waiting).rejects.toMatchObject({ code: "EPIPE" });
    await expect(sink(Buffer.from("x"))).rejects.toMatchObject({ code: "EPIPE" });
  });
});

/** A connection to a server that reads none of the input, sends `output` and hangs up. */
async function connectToDeaf(output: Buffer): Promise<Socket> {
  const server = createServer({ pauseOnConnect: true });
  server.listen(join(await temporaryFolder(), "deaf.sock"));
  await once(server, "listening");
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const connection = connect(server.address() as string);
  const [peer] = await accepted;
  peer.write(output, () => peer.destroy());
  server.close();
  return connection;
}

describe("readToEnd", () => {
  test.each([
    ["that fits into the socket", 100_000],
    ["that does not fit", 8_000_000],
  ])("input that is not read, %s, costs no output", async (_, size) => {
    const output = Buffer.from(Array.from({ length: 20_000 }, (__, n) => `${n}\n`).join(""));
    const connection = await connectToDeaf(output);
    Readable.from([Buffer.alloc(size), Buffer.alloc(size)]).pipe(connection);
    const seen: Buffer[] = [];
    await readToEnd(connection, async (chunk) => {
      if (seen.push(chunk) === 1) await delay(200);
    });
    expect(Buffer.concat(seen).equals(output)).toBe(true);
  });

  test("a connection that fails for another reason is an error", async () => {
    const connection = await connectToDeaf(Buffer.from("x"));
    const reading = readToEnd(connection, () => delay(50));
    connection.destroy(Object.assign(new Error("no way"), { code: "EIO" }));
    await expect(reading).rejects.toThrow("no way");
  });
});
