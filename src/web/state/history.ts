import { useEffect, useRef, useState } from "preact/hooks";
import type { FeedEvent } from "../../contract/http/events.ts";
import { call, CallError } from "../api/call.ts";
import { onEvent, resets } from "./live.ts";

export interface EventFilter {
  /** prefixes of types, separated by commas; empty: all */
  type: string;
  session?: string | undefined;
  project?: string | undefined;
}

interface History {
  /** the newest first */
  events: readonly FeedEvent[];
  isLoading: boolean;
  hasMore: boolean;
  error: CallError | undefined;
  /** loads earlier ones */
  more: () => void;
}

const page = 2_000;
const firstPage = 500;

/** Events that match, as far back as they were asked for, and those that arrive. */
export function useHistory({ type, session, project }: EventFilter): History {
  const [events, setEvents] = useState<readonly FeedEvent[]>([]);
  const [state, setState] = useState({ isLoading: true, hasMore: false, error: undefined as CallError | undefined });
  const isBusy = useRef(false);
  const filter = { type, session, project };
  const load = async (before: number | undefined, isOver: () => boolean): Promise<void> => {
    isBusy.current = true;
    try {
      const limit = String(before === undefined ? firstPage : page);
      const query = { ...filled(filter), limit, ...(before === undefined ? {} : { before: String(before) }) };
      const answer = await call("GET /events", { query });
      if (isOver()) return;
      const older = answer.events.toReversed();
      // What arrived while the first page was on its way stays.
      const last = older[0]?.seq ?? 0;
      setEvents((known) =>
        before === undefined ? [...known.filter(({ seq }) => seq > last), ...older] : [...known, ...older],
      );
      setState({ isLoading: false, hasMore: answer.more, error: undefined });
    } catch (error) {
      if (!isOver() && error instanceof CallError) setState({ isLoading: false, hasMore: false, error });
    } finally {
      isBusy.current = false;
    }
  };
  const reset = resets.value;
  useEffect(() => {
    let isOver = false;
    setEvents([]);
    setState({ isLoading: true, hasMore: false, error: undefined });
    void load(undefined, () => isOver);
    const waiting: FeedEvent[] = [];
    let frame = 0;
    const flush = (): void => {
      frame = 0;
      const arrived = waiting.splice(0).toReversed();
      setEvents((known) => [...arrived.filter(({ seq }) => seq > (known[0]?.seq ?? 0)), ...known]);
    };
    // A burst is drawn once.
    const forget = onEvent((event) => {
      if (!matches(event, filter)) return;
      waiting.push(event);
      if (frame === 0) frame = requestAnimationFrame(flush);
    });
    return () => {
      isOver = true;
      forget();
      cancelAnimationFrame(frame);
    };
  }, [type, session, project, reset]);
  const more = (): void => {
    const last = events.at(-1);
    if (state.hasMore && !isBusy.current && last !== undefined) void load(last.seq, () => false);
  };
  return { events, ...state, more };
}

function filled({ type, session, project }: EventFilter): Record<string, string> {
  const pairs = Object.entries({ type, session, project }).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return Object.fromEntries(pairs);
}

function matches(event: FeedEvent, { type, session, project }: EventFilter): boolean {
  if (type !== "" && !type.split(",").some((prefix) => event.type.startsWith(prefix))) return false;
  if (session !== undefined && `${event.sessionId}@${event.host}` !== session) return false;
  return project === undefined || project === "" || event.project === project;
}
