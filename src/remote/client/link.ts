import { setImmediate } from "node:timers/promises";
import { CoworkError, type ErrorView } from "../../errors.ts";
import type { ProjectClient } from "../../session/project-client.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import type { Program } from "../bootstrap/parcels.ts";
import { openHost } from "../bootstrap/open-host.ts";
import { createLines } from "../rpc/lines.ts";
import { attributeToHost } from "../attribute-to-host.ts";
import { createPeer, type Peer } from "../rpc/peer.ts";
import { createStreams, type Streams } from "../rpc/streams.ts";
import type { Connection, ConnectOptions } from "../types.ts";
import { offerUser } from "./user-offers.ts";
import { sanitize } from "./sanitize.ts";

/** After Ctrl-C the host's part has so long to end in order. */
const endMs = 15_000;
/** So often the host's part hears that somebody is here: it cannot see a network that is gone. */
const beatMs = 15_000;

export interface LinkOptions {
  /** as the user calls the host */
  name: string;
  program: Program;
  user: ProjectClient;
  connect: (signal: AbortSignal, options: ConnectOptions) => Promise<Connection>;
  forwardAgent?: boolean;
  /** an event of a job's log came; `ticket` says of which one */
  onCounted: (ticket: number) => void;
}

/** A connection with the host's part at its other end. */
export interface Link {
  connection: Connection;
  peer: Peer;
  streams: Streams;
  /** Resolves when nothing can be asked over it any more. */
  ended: Promise<unknown>;
  /** The error that stands behind another one: that the connection broke, if it did. */
  reasonFor(error: unknown): Promise<unknown>;
  /** a number that no stream of this link has had */
  nextStream(): number;
  close(): void;
}

/**
 * Connects and starts the host's part. The context's signal ends what runs over there in order, as Ctrl-C does here.
 * @throws what connecting throws; HOST_UNREACHABLE from every call once the connection is gone
 */
export async function openLink(ctx: Context, options: LinkOptions): Promise<Link> {
  const { name } = options;
  const connection = await options.connect(ctx.signal, { forwardAgent: options.forwardAgent === true });
  const lost: { now?: { reason: Error | undefined } } = {};
  let closed = false;
  void connection.gone.then((reason) => (lost.now = { reason }));
  /** What went wrong because the connection went has no better reason. */
  const reasonFor = async (error: unknown): Promise<unknown> => {
    await setImmediate();
    return lost.now === undefined || closed || ctx.signal.aborted ? error : broken(name, lost.now.reason);
  };
  try {
    const channel = await openHost(ctx, connection, { program: options.program });
    const lines = createLines(channel.stdout, channel.stdin);
    const streams = createStreams(() => peer, lines.ended);
    const offered = { ...streams.offered, ...offerUser(ctx, options) };
    const gone = (reason: Error | undefined): CoworkError =>
      closed || ctx.signal.aborted ? ended(name, closed) : broken(name, reason);
    const peer = createPeer(lines, offered, gone, (error) => attributeToHost(sanitize(error) as ErrorView, name));
    const over = Promise.race([lines.ended, connection.gone]);
    // The host's part is gone, whatever the connection may be good for: the next one is made anew.
    void over.then(() => connection.close());
    const stopCancel = cancelWith(ctx.signal, peer, () => connection.close());
    const beat = setInterval(() => void peer.tell("alive"), beatMs).unref();
    void over.then(() => clearInterval(beat));
    let count = 0;
    return {
      connection,
      peer,
      streams,
      ended: over,
      nextStream: () => (count += 1),
      reasonFor,
      close: () => {
        closed = true;
        stopCancel();
        lines.close();
        channel.close();
        connection.close();
      },
    };
  } catch (error) {
    const reason = await reasonFor(error);
    connection.close();
    throw reason;
  }
}

/** Is it the connection that broke, while the work over there may go on? */
export function isBroken(error: unknown): boolean {
  return error instanceof CoworkError && error.cause === brokenConnection;
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

function ended(name: string, inOrder: boolean): CoworkError {
  if (inOrder) return new CoworkError("INTERRUPTED", "Interrupted.");
  return new CoworkError("INTERRUPTED", `Interrupted. ${plain(name)} did not say that the work there has ended.`, {
    hint: "run the same command again: it goes on where it was",
  });
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
