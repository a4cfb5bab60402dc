import { PassThrough, type Readable, type Writable } from "node:stream";
import { streamOffers } from "../../contract/remote/offers.ts";
import { CoworkError } from "../../errors.ts";
import { offer } from "./offer.ts";
import type { Offered, Peer } from "./peer.ts";
import { createWindow, type Window } from "./window.ts";

/** Limit for data in transit per stream, so that a slow reader only delays its own stream. */
const windowBytes = 1024 * 1024;
const chunkBytes = 48 * 1024;
/** Limit for streams that arrived before they were requested. cowork never reaches it. */
const maxUnasked = 8;
/** Streams that are over, of which more may still arrive: what was on its way when they were dropped. */
const maxOver = 1_000;

/** Byte streams over a peer, identified by numbers that the client assigns, each used once. */
export interface Streams {
  /** The functions to offer to the other side. */
  offered: Offered;
  /** Sends a stream; resolves when the other side has received everything, or stopped reading. */
  pump(id: number, source: Readable): Promise<void>;
  /** Creates a stream that is sent to the other side; `done` ends it and waits until everything was received. */
  give(id: number): { out: Writable; done(): Promise<void> };
  /** The data that arrives for this number. */
  take(id: number): Readable;
  /** Stops reading a stream and tells the other side. */
  drop(id: number): void;
}

/**
 * @param peer called at use, because the peer is created with `offered`
 * @param ended resolves when the other side is gone, which ends all streams
 */
export function createStreams(peer: () => Peer, ended: Promise<unknown>): Streams {
  const arriving = new Map<number, PassThrough>();
  const unasked = new Set<number>();
  const over = new Set<number>();
  const leaving = new Map<number, Window>();
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    for (const window of leaving.values()) window.stop();
    // Data that has arrived can still be read.
    for (const stream of arriving.values()) stream.end();
  });
  /** A connection may last for days, with thousands of streams. */
  const forget = (id: number): void => {
    arriving.delete(id);
    over.add(id);
    const [oldest = id] = over;
    if (over.size > maxOver) over.delete(oldest);
  };
  const arrivalOf = (id: number): PassThrough => {
    const known = arriving.get(id);
    if (known !== undefined) return known;
    const made = new PassThrough({ highWaterMark: windowBytes });
    made.on("error", () => undefined);
    // One that was not asked for yet is kept: who asks learns how it ended.
    made.once("close", () => unasked.has(id) || forget(id));
    arriving.set(id, made);
    if (isOver) made.end();
    return made;
  };
  /** Undefined if it is over, or if there are too many unrequested streams, which could fill the memory. */
  const arrivalFrom = (id: number): PassThrough | undefined => {
    if (!arriving.has(id)) {
      if (over.has(id)) return undefined;
      if (unasked.size >= maxUnasked) return undefined;
      unasked.add(id);
    }
    return arrivalOf(id);
  };
  const pump = async (id: number, source: Readable): Promise<void> => {
    const window = createWindow(windowBytes, () => source.destroy());
    leaving.set(id, window);
    if (isOver) window.stop();
    try {
      await send(peer(), id, source, window);
    } catch (error) {
      if (!window.isStopped()) throw error;
    } finally {
      if (!window.isStopped()) await peer().tell("streamEnd", id);
      await window.empty();
      leaving.delete(id);
    }
  };
  return {
    offered: offer(streamOffers, {
      streamData: (id, data) => {
        const bytes = Buffer.from(data, "base64");
        const stream = arrivalFrom(id);
        if (stream === undefined) return;
        // The other side must respect the window.
        if (stream.writableLength + stream.readableLength > 4 * windowBytes) stream.destroy(tooMuch());
        if (stream.destroyed || stream.writableEnded) return;
        stream.write(bytes, () => void peer().tell("streamTaken", id, bytes.length));
      },
      streamEnd: (id) => void arrivalFrom(id)?.end(),
      streamTaken: (id, bytes) => leaving.get(id)?.give(bytes),
      streamDrop: (id) => leaving.get(id)?.stop(),
    }),
    pump,
    give: (id) => {
      const out = new PassThrough({ highWaterMark: windowBytes });
      // The other side stopped reading. Further data is dropped.
      out.on("error", () => undefined);
      const sent = pump(id, out);
      const done = async (): Promise<void> => {
        out.end();
        await sent;
      };
      return { out, done };
    },
    take: (id) => {
      unasked.delete(id);
      const stream = arrivalOf(id);
      if (stream.closed) forget(id);
      return stream;
    },
    drop: (id) => {
      arriving.get(id)?.destroy();
      void peer().tell("streamDrop", id);
    },
  };
}

async function send(peer: Peer, id: number, source: Readable, window: Window): Promise<void> {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    for (let from = 0; from < chunk.length && !window.isStopped(); from += chunkBytes) {
      const part = Buffer.from(chunk.subarray(from, from + chunkBytes));
      await peer.tell("streamData", id, part.toString("base64"));
      await window.take(part.length);
    }
  }
}

/** Copies a stream to another one, which stays open. */
export async function copyTo(source: Readable, target: Writable): Promise<void> {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (target.destroyed) return;
    if (!target.write(chunk)) await new Promise<void>((done) => target.once("drain", done).once("close", done));
  }
}

function tooMuch(): CoworkError {
  return new CoworkError("HOST_ANSWER_INVALID", "The host sent more data than requested.");
}
