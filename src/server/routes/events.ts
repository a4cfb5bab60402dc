import type { eventRoutes, FeedEvent } from "../../contract/http/events.ts";
import { usageError } from "../../errors.ts";
import { HttpError } from "../door/problem.ts";
import { securityHeaders } from "../door/headers.ts";
import { openStream } from "../feed/stream.ts";
import type { Wanted } from "../feed/state.ts";
import type { Handlers } from "../route.ts";
import type { Caller, ServerState } from "../state.ts";

const mostEvents = 2_000;
/** Streams that are open at once: of all, and of one device. */
const mostStreams = { all: 200, own: 20 };

export const eventHandlers: Handlers<keyof typeof eventRoutes> = {
  "GET /events": async ({ query, server }) => {
    const { feed } = server;
    if (query.after !== undefined && query.before !== undefined) throw usageError("after or before, not both.", "");
    const limit = Math.min(mostEvents, Math.max(1, Number(query.limit ?? 500)));
    const wanted = wantedBy(query);
    const page =
      query.after === undefined
        ? await feed.before(Number(query.before ?? feed.last + 1), limit, wanted)
        : await feed.after(Number(query.after), limit, wanted);
    return { feed: feed.id, events: page.events, last: feed.last, more: page.more };
  },
  "GET /stream": async ({ query, caller, server, request, signal }) => {
    if (request.method !== "GET") throw new HttpError("METHOD_WRONG", "A stream is read with GET.");
    const leave = enter(server, caller);
    const place = request.headers.get("last-event-id") ?? query.after;
    const revoked = new AbortController();
    const stop =
      caller.device === undefined ? () => undefined : server.devices.onRevoked(caller.device.id, () => revoked.abort());
    const body = openStream(server, {
      place,
      wanted: wantedBy(query),
      signal: AbortSignal.any([signal, revoked.signal, server.ctx.signal]),
      onEnd: () => {
        stop();
        leave();
      },
    });
    return new Response(body, {
      headers: {
        ...securityHeaders,
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store, no-transform",
        // Proxies would collect it.
        "X-Accel-Buffering": "no",
      },
    });
  },
};

/** @throws TOO_MANY_REQUESTS */
function enter({ streams }: ServerState, { device }: Caller): () => void {
  const id = device?.id ?? "socket";
  const own = streams.get(id) ?? 0;
  const all = [...streams.values()].reduce((sum, count) => sum + count, 0);
  if (own >= mostStreams.own || all >= mostStreams.all)
    throw new HttpError("TOO_MANY_REQUESTS", "Too many streams are open. Close other pages, then try again.");
  streams.set(id, own + 1);
  return () => {
    const left = (streams.get(id) ?? 1) - 1;
    if (left > 0) streams.set(id, left);
    else streams.delete(id);
  };
}

function wantedBy(query: {
  type?: string | undefined;
  session?: string | undefined;
  project?: string | undefined;
  host?: string | undefined;
}): Wanted {
  const { session, project, host } = query;
  const types = query.type?.split(",").filter((one) => one !== "");
  return (event: FeedEvent) =>
    (types === undefined || types.some((one) => event.type.startsWith(one))) &&
    (session === undefined || `${event.sessionId}@${event.host}` === session) &&
    (project === undefined || event.project === project) &&
    (host === undefined || event.host === host);
}
