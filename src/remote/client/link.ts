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
import { brokenConnection } from "./broken.ts";
import { offerClient } from "./client-offers.ts";
import { sanitize } from "./sanitize.ts";

/** After Ctrl-C, the time that the server has to end in an orderly way. */
const endMs = 15_000;
/** Interval of the heartbeat to the server, which cannot detect a broken network itself. */
const beatMs = 15_000;

export interface LinkOptions {
  /** the user's name for the host */
  name: string;
  program: Program;
  user: ProjectClient;
  connect: (signal: AbortSignal, options: ConnectOptions) => Promise<Connection>;
  forwardAgent?: boolean;
  /** called for each event of a job's log; `ticket` identifies the job */
  onCounted: (ticket: number) => void;
}

/** A connection to a host's server. */
export interface Link {
  connection: Connection;
  peer: Peer;
  streams: Streams;
  /** Resolves when the link can no longer be used. */
  ended: Promise<unknown>;
  /** The cause of an error: the broken connection if it broke, else the error itself. */
  reasonFor(error: unknown): Promise<unknown>;
  /** Returns an unused stream number of this link. */
  nextStream(): number;
  close(): void;
}

/**
 * Connects and starts the server. The context's signal ends the work on the host in an orderly way, as Ctrl-C does locally.
 * @throws the errors of connecting; every call throws HOST_UNREACHABLE once the connection is lost
 */
export async function openLink(ctx: Context, options: LinkOptions): Promise<Link> {
  const { name } = options;
  const connection = await options.connect(ctx.signal, { forwardAgent: options.forwardAgent === true });
  const lost: { now?: { reason: Error | undefined } } = {};
  let closed = false;
  void connection.gone.then((reason) => (lost.now = { reason }));
  /** Prefers the broken connection to errors that it caused. */
  const reasonFor = async (error: unknown): Promise<unknown> => {
    await setImmediate();
    return lost.now === undefined || closed || ctx.signal.aborted ? error : broken(name, lost.now.reason);
  };
  try {
    const channel = await openHost(ctx, connection, { program: options.program });
    const lines = createLines(channel.stdout, channel.stdin);
    const streams = createStreams(() => peer, lines.ended);
    const offered = { ...streams.offered, ...offerClient(ctx, options) };
    const gone = (reason: Error | undefined): CoworkError =>
      closed || ctx.signal.aborted ? ended(name, closed) : broken(name, reason);
    const peer = createPeer(lines, offered, gone, (error) => attributeToHost(sanitize(error) as ErrorView, name));
    const over = Promise.race([lines.ended, connection.gone]);
    // Without the server the connection is of no use. The next call opens a new one.
    void over.then(() => connection.close());
    const stopCancel = cancelWith(ctx.signal, peer, () => connection.close());
    // A server opens connections to the same machine again and again with the signal of its whole life.
    void over.then(stopCancel);
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

function broken(name: string, reason: Error | undefined): CoworkError {
  if (reason instanceof CoworkError && reason.code === "HOST_ANSWER_INVALID") return reason;
  return new CoworkError("HOST_UNREACHABLE", `The connection to ${plain(name)} broke.`, {
    hint: "run the same command again to continue",
    cause: brokenConnection,
    ...(reason === undefined ? {} : { detail: String(reason) }),
  });
}

function ended(name: string, inOrder: boolean): CoworkError {
  if (inOrder) return new CoworkError("INTERRUPTED", "Interrupted.");
  return new CoworkError("INTERRUPTED", `Interrupted. ${plain(name)} did not confirm that the work there has ended.`, {
    hint: "run the same command again to continue",
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
