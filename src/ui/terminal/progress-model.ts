import type { ProgressEvent, Step } from "../../events.ts";
import { plain } from "../../system/text.ts";

/** The progress of one session. */
export interface ProgressRow {
  session: string;
  step: Step;
  state: "working" | "done" | "failed";
  detail: string;
  /** milliseconds on the caller's clock: start of the session's first step, start of the current one, end of the last one */
  begun: number;
  stepBegun: number;
  ended: number | undefined;
}

export type ProgressRows = ReadonlyMap<string, ProgressRow>;

/** Returns the rows after one more event. Pure. Rows keep the order in which sessions first appeared. */
export function applyEvent(rows: ProgressRows, event: ProgressEvent, now: number): ProgressRows {
  const before = rows.get(event.session);
  const detail = event.detail === undefined ? "" : plain(event.detail);
  const same = before?.step === event.step && before.state === "working";
  const row: ProgressRow = {
    session: event.session,
    step: event.step,
    state: event.state === "done" || event.state === "failed" ? event.state : "working",
    // A step that ends without a detail does not keep the detail of its earlier events.
    detail,
    begun: before?.begun ?? now,
    stepBegun: same ? before.stepBegun : now,
    ended: event.state === "done" || event.state === "failed" ? now : undefined,
  };
  return new Map([...rows, [event.session, row]]);
}
