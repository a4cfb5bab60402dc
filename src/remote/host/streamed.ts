import type { Writable } from "node:stream";
import type { ConnectIo, ConnectRequest, HostPart } from "../../session/host-part.ts";
import type { Selector } from "../../session/types.ts";
import type { Offered } from "../seam/peer.ts";
import type { Streams } from "../seam/streams.ts";
import { streamOf } from "../seam/stream-numbers.ts";

/** What has a terminal or a stream of its own beside the call. */
export function offerStreamed(host: HostPart, streams: Streams, signal: AbortSignal): Offered {
  const outs = (): { out: Writable; done: () => Promise<void> } => streams.give(streamOf.stdout);
  return {
    connect: async (request: ConnectRequest) => {
      const [stdout, stderr] = [outs(), streams.give(streamOf.stderr)];
      const io: ConnectIo = { stdin: streams.take(streamOf.stdin), stdout: stdout.out, stderr: stderr.out, signal };
      try {
        return await host.connect(request, io);
      } finally {
        streams.drop(streamOf.stdin);
        await Promise.all([stdout.done(), stderr.done()]);
      }
    },
    logs: async (selector: Selector & { names: [string] }, options: { follow: boolean }) => {
      const { out, done } = outs();
      try {
        await host.logs(selector, options, out);
      } finally {
        await done();
      }
    },
  };
}
