import type { ProgressEvent, Step } from "../events.ts";
import { plain } from "../system/text.ts";

/** What is known of one session's way through a command. */
export interface ProgressRow {
  session: string;
  step: Step;
  state: "working" | "done" | "failed";
  detail: string;
  /** milliseconds on the caller's clock: when the session's first and its current step began, when the last ended */
  begun: number;
  stepBegun: number;
  ended: number | undefined;
}

export type ProgressRows = ReadonlyMap<string, ProgressRow>;

/** Pure: the rows after one more event. Rows stay in the order in which sessions first appeared. */
export function applyEvent(rows: ProgressRows, event: ProgressEvent, now: number): ProgressRows {
  const before = rows.get(event.session);
  const detail = event.detail === undefined ? "" : plain(event.detail);
  const same = before?.step === event.step && before.state === "working";
  const row: ProgressRow = {
    session: event.session,
    step: event.step,
    state: event.state === "done" || event.state === "failed" ? event.state : "working",
    // A step that ends without a word of its own keeps none of what it said while it worked.
    detail,
    begun: before?.begun ?? now,
    stepBegun: same ? before.stepBegun : now,
    ended: event.state === "done" || event.state === "failed" ? now : undefined,
  };
  return new Map([...rows, [event.session, row]]);
}
