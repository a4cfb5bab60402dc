import { setImmediate } from "node:timers/promises";
import { CoworkError } from "../../errors.ts";
import type { UserSide } from "../../session/user-side.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import type { Program } from "../bootstrap/parcels.ts";
import { openHost } from "../bootstrap/open-host.ts";
import { createLines } from "../seam/lines.ts";
import { createPeer, type Peer } from "../seam/peer.ts";
import { createStreams, type Streams } from "../seam/streams.ts";
import { streamOf } from "../seam/stream-numbers.ts";
import type { Connection, ConnectOptions } from "../types.ts";
import { answerSaved } from "./saved-answers.ts";
import { errorFrom, tameEvent, tameQuestion } from "./tame.ts";

/** After Ctrl-C the host's part has so long to end in order. */
const endMs = 15_000;

export interface LinkOptions {
  /** as the user calls the host */
  name: string;
  program: Program;
  user: UserSide;
  connect: (signal: AbortSignal, wish: ConnectOptions) => Promise<Connection>;
  forwardAgent?: boolean;
  /** a counted event came: so many lines of a job's log are known here */
  onCounted(): void;
}

/** A connection with the host's part at its other end. */
export interface Link {
  connection: Connection;
  peer: Peer;
  streams: Streams;
  /** Resolves when nothing can be asked over it any more. */
  ended: Promise<unknown>;
  /** a number that no stream of this link has had */
  nextStream(): number;
  close(): void;
}

/**
 * Connects and starts the host's part. The context's signal ends what runs over there in order, as Ctrl-C does here.
 * @throws what connecting throws; HOST_UNREACHABLE from every call once the connection is gone
 */
export async function openLink(ctx: Context, options: LinkOptions): Promise<Link> {
  const { name, user } = options;
  const connection = await options.connect(ctx.signal, { forwardAgent: options.forwardAgent === true });
  try {
    const channel = await openHost(ctx, connection, { program: options.program });
    const lines = createLines(channel.stdout, channel.stdin);
    let closed = false;
    const streams = createStreams(() => peer, lines.ended);
    const offered = {
      ...streams.offered,
      report: (value: unknown, counted: unknown) => {
        if (counted === true) options.onCounted();
        const event = tameEvent(value, name);
        if (event !== undefined) ctx.report(event);
      },
      ask: async (value: unknown) => await ctx.ask(tameQuestion(value, plain(name))),
      saved: answerSaved(user),
    };
    const peer = createPeer(lines, offered, {
      gone: (reason) => (closed ? ended() : broken(name, reason)),
      received: (error) => errorFrom(name, error),
    });
    const over = Promise.race([lines.ended, connection.gone]);
    // The host's part is gone, whatever the connection may be good for: the next one is made anew.
    void over.then(() => connection.close());
    const stopCancel = cancelWith(ctx.signal, peer, () => connection.close());
    let count: number = streamOf.other;
    return {
      connection,
      peer,
      streams,
      ended: over,
      nextStream: () => (count += 1),
      close: () => {
        closed = true;
        stopCancel();
        lines.close();
        channel.close();
        connection.close();
      },
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Is it the connection that broke, while the work over there may go on? */
export function isBroken(error: unknown): boolean {
  return error instanceof CoworkError && error.cause === brokenConnection;
}

/** The error of a channel beside the link; where the link is gone as well, it is the connection that broke. */
export async function orBroken({ ended: over }: Link, name: string, error: unknown): Promise<unknown> {
  const isOver = await Promise.race([over.then(() => true), setImmediate(false)]);
  return isOver && error instanceof Error ? broken(name, error) : error;
}

const brokenConnection = Symbol("the connection broke");

function broken(name: string, reason: Error | undefined): CoworkError {
  if (reason instanceof CoworkError && reason.code === "HOST_ANSWER_INVALID") return reason;
  return new CoworkError("HOST_UNREACHABLE", `The connection to ${plain(name)} broke.`, {
    hint: "run the same command again: it goes on where it was",
    cause: brokenConnection,
    ...(reason === undefined ? {} : { detail: String(reason) }),
  });
}

function ended(): CoworkError {
  return new CoworkError("INTERRUPTED", "Interrupted.");
}

function cancelWith(signal: AbortSignal, peer: Peer, giveUp: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    void peer.tell("cancel");
    timer = setTimeout(giveUp, endMs);
  };
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  return () => {
    signal.removeEventListener("abort", cancel);
    clearTimeout(timer);
  };
}
