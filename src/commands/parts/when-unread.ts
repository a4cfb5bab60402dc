import type { Caller } from "../process/caller.ts";

/** Aborted when nobody reads stdout any more. */
export function whenUnread({ streams }: Caller): AbortSignal {
  const controller = new AbortController();
  streams.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") controller.abort();
  });
  return controller.signal;
}
