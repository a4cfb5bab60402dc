import type { Changed, FeedEvent } from "../../contract/http/events.ts";
import type { ServerState } from "../state.ts";
import type { Wanted } from "./state.ts";

/** After so long without anything to send a comment is sent: between 15 and 20 s. */
const quietMs = 15_000;
const beatMs = 5_000;
/** Events that are read at once for one reader. */
const pageSize = 200;
/** Different things that changed, after which only their kinds are sent. */
const maxChanged = 100;

export interface StreamOptions {
  /** `{feed}:{seq}` of the last event that the reader has; undefined: from now on */
  place: string | undefined;
  wanted: Wanted;
  signal: AbortSignal;
  /** called once */
  onEnd: () => void;
}

/**
 * The feed as server-sent events. Nothing is queued for a reader: it has a place in the feed, and what comes after is read when the
 * connection takes more. One that is so slow that its place is not kept any more hears `reset`.
 */
export function openStream(
  { feed, onChanged }: Pick<ServerState, "feed" | "onChanged">,
  { place, wanted, signal, onEnd }: StreamOptions,
): ReadableStream<Uint8Array> {
  const text = new TextEncoder();
  const frame = (event: string, data: unknown, id?: string): string =>
    `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  const start = placeIn(feed, place);
  let at = start ?? feed.last;
  let isStarted = false;
  let ended = false;
  let sentAt = Date.now();
  const changed = new Map<string, Changed>();
  let wake = Promise.withResolvers<void>();
  const stops = [
    feed.onGrow(() => wake.resolve()),
    onChanged((one) => {
      // What has no number must not grow without bound either.
      const kept = changed.size < maxChanged ? one : { what: one.what };
      changed.set(`${kept.what} ${kept.id ?? ""}`, kept);
      wake.resolve();
    }),
  ];
  const beat = setInterval(() => wake.resolve(), beatMs);
  const end = (): void => {
    if (ended) return;
    ended = true;
    clearInterval(beat);
    for (const stop of stops) stop();
    wake.resolve();
    onEnd();
  };
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();

  /** What there is to send now; empty: nothing. */
  async function news(): Promise<string> {
    const frames: string[] = [];
    const status = (): { feed: string; last: number } => ({ feed: feed.id, last: feed.last });
    if (!isStarted) {
      frames.push(frame("ready", status()));
      if (start === undefined && place !== undefined) frames.push(frame("reset", status()));
      isStarted = true;
    }
    if (at < feed.first - 1) {
      at = feed.last;
      frames.push(frame("reset", status()));
    }
    const page = await feed.after(at, pageSize, wanted);
    frames.push(...page.events.map((event: FeedEvent) => frame("event", event, `${feed.id}:${event.seq}`)));
    at = page.read;
    if (page.more) wake.resolve();
    for (const one of changed.values()) frames.push(frame("changed", one));
    changed.clear();
    return frames.join("");
  }

  /** A stream that fails is not cancelled as well, and would count as open for ever. */
  async function newsOrEnd(): Promise<string> {
    try {
      return await news();
    } catch (error) {
      end();
      throw error;
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          if (ended) {
            controller.close();
            return;
          }
          wake = Promise.withResolvers();
          const isQuiet = Date.now() - sentAt >= quietMs;
          const found = (await newsOrEnd()) || (isQuiet ? ": still here\n\n" : "");
          if (found !== "") {
            sentAt = Date.now();
            controller.enqueue(text.encode(found));
            return;
          }
          await wake.promise;
        }
      },
      cancel: end,
    },
    { highWaterMark: 1 },
  );
}

/** Undefined: no place in this feed, or one that is not kept any more. */
function placeIn(
  feed: Pick<ServerState["feed"], "id" | "first" | "last">,
  place: string | undefined,
): number | undefined {
  const [, id, number] = /^([0-9a-f]+):(\d{1,15})$/.exec(place ?? "") ?? [];
  const seq = Number(number);
  return id === feed.id && seq >= feed.first - 1 && seq <= feed.last ? seq : undefined;
}
