import type { Caller } from "../process/caller.ts";

/** Returns a signal that is aborted when stdout has no reader any more (EPIPE). */
export function whenUnread({ streams }: Caller): AbortSignal {
  const controller = new AbortController();
  streams.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") controller.abort();
  });
  return controller.signal;
}
