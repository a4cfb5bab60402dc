import { CoworkError } from "../../errors.ts";
import type { ConnectIo, ConnectRequest, HostPart } from "../../session/host-part.ts";
import type { Selector } from "../../session/types.ts";
import type { Offered } from "../seam/peer.ts";
import type { Streams } from "../seam/streams.ts";

/** Numbers of the streams of one `connect`: several may run side by side, for editors that open several channels. */
type Numbers = [stdin: number, stdout: number, stderr: number];

/** What has streams of its own beside the call. */
export function offerStreamed(host: HostPart, streams: Streams, signal: AbortSignal): Offered {
  const running = new Map<number, AbortController>();
  return {
    connect: async (request: ConnectRequest, [stdin, stdout, stderr]: Numbers) => {
      const [out, err, end] = [streams.give(stdout), streams.give(stderr), new AbortController()];
      running.set(stdin, end);
      const io: ConnectIo = {
        stdin: streams.take(stdin),
        stdout: out.out,
        stderr: err.out,
        signal: AbortSignal.any([signal, end.signal]),
      };
      try {
        return await host.connect(request, io);
      } finally {
        running.delete(stdin);
        streams.drop(stdin);
        await Promise.all([out.done(), err.done()]);
      }
    },
    connectEnd: (stdin: number) => running.get(stdin)?.abort(new CoworkError("INTERRUPTED", "Interrupted.")),
    logs: async (selector: Selector & { names: [string] }, options: { follow: boolean }, stream: number) => {
      const given = streams.give(stream);
      try {
        await host.logs(selector, options, given.out);
      } finally {
        await given.done();
      }
    },
  };
}
