import type { Sent } from "../../contract/work/calls.ts";
import { plain } from "../../system/text.ts";

/** One line: how a text reached a session's agent. */
export function renderSent({ session, how, run }: Sent & { session: string }): string {
  const id = plain(run?.id ?? session);
  const words = {
    run: `Sent to the active run ${id}.`,
    resumed: `The last run had ended: ${id} continues its conversation.`,
    typed: `Typed into the terminal of ${plain(session)}.`,
  };
  return words[how];
}

/** One line: what `interrupt` stopped. */
export function renderInterrupted({ session, how }: { session: string; how: string }): string {
  const what = how === "run" ? "the run" : "the agent";
  return how === "nothing" ? `Nothing runs in ${plain(session)}.` : `Interrupted ${what} in ${plain(session)}.`;
}
