import type { FeedEvent } from "../../contract/http/events.ts";

const maxEvents = 2_000;
const maxBytes = 2 * 1024 * 1024;

/** The newest events in memory, so that readers that keep up need no file. */
export interface Ring {
  push(event: FeedEvent): void;
  /** All events after a number; undefined if some of them are not here any more. */
  after(seq: number): readonly FeedEvent[] | undefined;
}

export function createRing(): Ring {
  let events: FeedEvent[] = [];
  let sizes: number[] = [];
  let bytes = 0;
  let from = 0;
  return {
    push: (event) => {
      const size = JSON.stringify(event).length;
      events.push(event);
      sizes.push(size);
      bytes += size;
      while (events.length - from > 1 && (events.length - from > maxEvents || bytes > maxBytes)) {
        bytes -= sizes[from] ?? 0;
        from += 1;
      }
      if (from < maxEvents) return;
      events = events.slice(from);
      sizes = sizes.slice(from);
      from = 0;
    },
    after: (seq) => {
      const oldest = events[from];
      if (oldest === undefined || seq < oldest.seq - 1) return undefined;
      return events.slice(from + Math.max(0, seq + 1 - oldest.seq));
    },
  };
}
