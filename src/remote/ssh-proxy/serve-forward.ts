import { PassThrough, Writable } from "node:stream";
import type { Connection, ServerChannel, TcpipRequestInfo } from "ssh2";
import { plain } from "../../system/text.ts";
import { channelOutput, type ChannelOutput } from "./channel-output.ts";
import { relayCommand, relayMark } from "./relay.ts";
import type { Serving } from "./types.ts";

export interface ForwardRequest {
  client: Connection;
  accept: () => ServerChannel;
  reject: () => void;
  to: Pick<TcpipRequestInfo, "destIP" | "destPort">;
}

/**
 * Serves one connection of `-L` or `-D` to a port inside the container. The channel is accepted only when the connection is open;
 * otherwise it is refused with the reason.
 */
export async function serveForward(request: ForwardRequest, { sshProxy, gone }: Omit<Serving, "keep">): Promise<void> {
  const { destIP, destPort } = request.to;
  const closed = new AbortController();
  const ended = AbortSignal.any([gone, closed.signal]);
  const stdin = new PassThrough();
  let way: { channel: ServerChannel; output: ChannelOutput } | undefined;
  let words = "";
  const open = (): ChannelOutput => {
    const channel = request.accept();
    channel.on("error", () => undefined);
    channel.once("close", () => closed.abort());
    // `close` is emitted only after all input was read; this event is emitted at once.
    channel.stderr.once("finish", () => closed.abort());
    channel.pipe(stdin);
    way = { channel, output: channelOutput(channel, ended) };
    return way.output;
  };
  const stderr = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      words = (words + chunk.toString("utf8")).slice(0, 1024);
      done();
    },
  });
  const stdout = afterMark(() => open().stdout);
  try {
    await sshProxy.inside(relayCommand(destIP, destPort), { stdin, stdout, stderr, signal: ended });
  } catch (error) {
    words ||= sshProxy.explain(error);
  }
  if (way === undefined) return refuse(request, plain(words) || `nothing listens on port ${destPort}`);
  await way.output.flush();
  way.channel.end();
}

/** Calls `open` when the mark has arrived, and passes the data after it on to the stream that `open` returns. */
function afterMark(open: () => Writable): Writable {
  let head = Buffer.alloc(0);
  let target: Writable | undefined;
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      let rest = chunk;
      if (target === undefined) {
        head = Buffer.concat([head, chunk]);
        if (head.length < relayMark.length) return done();
        target = open();
        rest = head.subarray(relayMark.length);
      }
      if (rest.length === 0) return done();
      target.write(rest, (error) => done(error ?? null));
    },
  });
}

/** Refuses a channel with a reason, which ssh2 does not support. */
function refuse({ client, reject }: ForwardRequest, words: string): void {
  type Refuse = (channel: number, reason: number, description: string) => void;
  const { _protocol: protocol } = client as unknown as { _protocol: { channelOpenFail: Refuse } };
  const own = Object.getOwnPropertyDescriptor(protocol, "channelOpenFail");
  const { channelOpenFail } = protocol;
  protocol.channelOpenFail = (channel, reason) => channelOpenFail.call(protocol, channel, reason, words);
  try {
    reject();
  } finally {
    if (own === undefined) delete (protocol as Partial<typeof protocol>).channelOpenFail;
    else Object.defineProperty(protocol, "channelOpenFail", own);
  }
}
