import type { Outcome } from "../../session/types.ts";
import { plain } from "../../system/text.ts";
import { renderError } from "../errors.ts";
import { showNote } from "../terminal/note.ts";
import { stateCell } from "./sessions.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { displayWidth, pad } from "../terminal/width.ts";

/** Prints the outcome of each session in order: results to stdout, failures and notes to stderr. */
export function showOutcomes(terminal: Terminal, outcomes: readonly Outcome[]): void {
  const common = commonNotes(outcomes);
  const width = Math.max(0, ...outcomes.map(({ name }) => displayWidth(plain(name))));
  for (const outcome of outcomes) {
    if (outcome.ok) {
      const mark = terminal.style("green", "✔");
      terminal.out(
        `${mark} ${terminal.style("bold", pad(plain(outcome.name), width))}  ${plain(describeSession(outcome))}`.trimEnd(),
      );
    } else if (outcome.error !== undefined) {
      // The record has the next step for an interrupted session, even if the error has none.
      const error = { ...outcome.session?.error, ...outcome.error };
      terminal.err(renderError(error, { width: terminal.errWidth, style: terminal.errStyle, label: outcome.name }));
    }
    for (const note of outcome.notes) if (!common.has(note)) showNote(terminal, note);
  }
  for (const note of common) showNote(terminal, note);
}

/** Notes that all sessions have in common (such as "not logged in"), to show only once. */
function commonNotes(outcomes: readonly Outcome[]): Set<string> {
  const [first, ...others] = outcomes;
  if (first === undefined || others.length === 0) return new Set();
  return new Set(first.notes.filter((note) => others.every(({ notes }) => notes.includes(note))));
}

/** `running on branch a` */
function describeSession(outcome: Outcome): string {
  const { session } = outcome;
  if (session === undefined) return "";
  const state = stateCell(session).text;
  return session.branch === null ? state : `${state}, branch ${session.branch}`;
}
