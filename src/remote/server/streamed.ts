import { streamedOffers } from "../../contract/remote/offers.ts";
import { CoworkError } from "../../errors.ts";
import type { ConnectIo, SessionHost } from "../../session/session-host.ts";
import { offer } from "../rpc/offer.ts";
import type { Offered } from "../rpc/peer.ts";
import type { Streams } from "../rpc/streams.ts";

/** Functions with additional streams. */
export function offerStreamed(host: SessionHost, streams: Streams, signal: AbortSignal): Offered {
  const running = new Map<number, AbortController>();
  /** Several may run in parallel, because editors open several channels. */
  const withStreams = async <T>(
    [stdin, stdout, stderr]: readonly [number, number, number],
    work: (io: ConnectIo) => Promise<T>,
  ): Promise<T> => {
    const [out, err, end] = [streams.give(stdout), streams.give(stderr), new AbortController()];
    running.set(stdin, end);
    const io: ConnectIo = {
      stdin: streams.take(stdin),
      stdout: out.out,
      stderr: err.out,
      signal: AbortSignal.any([signal, end.signal]),
    };
    try {
      return await work(io);
    } finally {
      running.delete(stdin);
      streams.drop(stdin);
      await Promise.all([out.done(), err.done()]);
    }
  };
  return offer(streamedOffers, {
    connect: async (request, its) => await withStreams(its, async (io) => await host.connect(request, io)),
    login: async (request, its) => await withStreams(its, async (io) => await host.login(request, io)),
    connectEnd: (stdin) => running.get(stdin)?.abort(new CoworkError("INTERRUPTED", "Interrupted.")),
    logs: async (selector, options, stream) => {
      const given = streams.give(stream);
      try {
        await host.logs(selector, options, given.out);
      } finally {
        await given.done();
      }
    },
    runFiles: async (selector, n, stream) => {
      const given = streams.give(stream);
      try {
        await host.runFiles(selector, n, given.out);
      } finally {
        await given.done();
      }
    },
  });
}
