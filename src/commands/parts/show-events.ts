import type { EventDraft } from "../../contract/events.ts";
import { createEvents, progressOf } from "../../events.ts";
import { showNote } from "../../ui/terminal/note.ts";
import type { Progress } from "../../ui/terminal/progress.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";

/** Shows nothing: for commands that answer at once. */
export const silent: Progress = { report: () => {}, pauseFor: async (work) => await work(), stop: () => {} };

/** Shows progress and notes. Other events are not shown: the command's result contains them. */
export function showEvents(
  terminal: Terminal,
  { progress, now }: { progress: () => Progress; now: () => Date },
): (event: EventDraft) => void {
  return createEvents({ host: "local", now }, (event) => {
    if (event.type === "progress") progress().report(progressOf(event));
    else if (event.type === "note") showNote(terminal, event.data.text, "");
  });
}
