import { useEffect, useState } from "preact/hooks";
import type { TranscriptEntry } from "../../contract/work/transcript.ts";
import { call, CallError } from "../api/call.ts";
import { onEvent, resets } from "./live.ts";
import { refresher } from "./refresh.ts";

interface Transcript {
  /** undefined until the first answer */
  entries: readonly TranscriptEntry[] | undefined;
  error: CallError | undefined;
}

/** While an agent writes a long answer there is no event. */
const pollMs = 3_000;

/** The conversation of a session, and what is added to it. @param run its number; undefined: the newest and what came after it */
export function useTranscript(session: string, run: number | undefined): Transcript {
  const [transcript, setTranscript] = useState<Transcript>({ entries: undefined, error: undefined });
  const reset = resets.value;
  useEffect(() => {
    const end = new AbortController();
    let known: TranscriptEntry[] = [];
    let after: string | undefined;
    const load = refresher(async () => {
      try {
        let isMore = true;
        while (isMore && !end.signal.aborted) {
          const query = {
            ...(run === undefined ? {} : { run: String(run) }),
            ...(after === undefined ? {} : { after }),
          };
          const answer = await call("GET /sessions/{session}/transcript", {
            params: { session },
            query,
            signal: end.signal,
          });
          if (answer.reset || after === undefined) known = [];
          const isNew = after === undefined || answer.reset || answer.entries.length > 0;
          if (answer.entries.length > 0) known = [...known, ...answer.entries];
          [after, isMore] = [answer.cursor, answer.more];
          if (isNew) setTranscript({ entries: known, error: undefined });
        }
      } catch (error) {
        if (!end.signal.aborted && error instanceof CallError && error.code !== "OFFLINE")
          setTranscript((before) => ({ entries: before.entries ?? [], error }));
      }
    });
    void load();
    const forget = onEvent((event) => {
      if (`${event.sessionId}@${event.host}` === session) void load();
    });
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void load();
    }, pollMs);
    return () => {
      end.abort();
      forget();
      clearInterval(timer);
    };
  }, [session, run, reset]);
  return transcript;
}
