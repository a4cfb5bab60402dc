import { PassThrough, type Readable, type Writable } from "node:stream";
import { streamOffers } from "../../contract/offers.ts";
import { CoworkError } from "../../errors.ts";
import { offer } from "./offer.ts";
import type { Offered, Peer } from "./peer.ts";
import { createWindow, type Window } from "./window.ts";

/** So much may be under way and not taken by the other side: a slow reader there holds up nothing but its own stream. */
const windowBytes = 1024 * 1024;
const chunkBytes = 48 * 1024;
/** Streams that have come and nobody has asked for yet: more are none of ours. */
const maxUnasked = 8;

/** Byte streams beside the calls of a peer, by numbers that the user's side gives out, each once. */
export interface Streams {
  /** What the other side needs to be offered for this to work. */
  offered: Offered;
  /** Sends all of it; resolves when the other side has taken it, or wants no more. */
  pump(id: number, source: Readable): Promise<void>;
  /** A stream to write to whose bytes go to the other side; `done` ends it and waits until they were taken. */
  give(id: number): { out: Writable; done(): Promise<void> };
  /** What arrives under this number. */
  take(id: number): Readable;
  /** The other side hears that nobody reads this one any more. */
  drop(id: number): void;
}

/**
 * @param peer asked when it is used: the peer is made with `offered`
 * @param ended resolves when the other side is gone: whoever waits for a stream hears of it
 */
export function createStreams(peer: () => Peer, ended: Promise<unknown>): Streams {
  const arriving = new Map<number, PassThrough>();
  const unasked = new Set<number>();
  const leaving = new Map<number, Window>();
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    for (const window of leaving.values()) window.stop();
    // What has come is still read.
    for (const stream of arriving.values()) stream.end();
  });
  const arrivalOf = (id: number): PassThrough => {
    const known = arriving.get(id);
    if (known !== undefined) return known;
    const made = new PassThrough({ highWaterMark: windowBytes });
    made.on("error", () => undefined);
    arriving.set(id, made);
    if (isOver) made.end();
    return made;
  };
  /** Undefined for one that is not kept: what nobody asks for could fill the memory. */
  const arrivalFrom = (id: number): PassThrough | undefined => {
    if (!arriving.has(id)) {
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
        // More than was agreed on is not kept.
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
      // Nobody reads it any more: what is still written goes nowhere.
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
      return arrivalOf(id);
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

/** Copies a stream that arrives into one of the caller's; ends with it, and leaves the caller's open. */
export async function copyTo(source: Readable, target: Writable): Promise<void> {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (target.destroyed) return;
    if (!target.write(chunk)) await new Promise<void>((done) => target.once("drain", done).once("close", done));
  }
}

function tooMuch(): CoworkError {
  return new CoworkError("HOST_ANSWER_INVALID", "The other machine sent more than was asked for.");
}
