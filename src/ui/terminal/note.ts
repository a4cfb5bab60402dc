import { plain } from "../../system/text.ts";
import type { Terminal } from "./terminal.ts";
import { glueQuoted, wrapLines } from "./width.ts";

/** Prints a note, indented below a result unless `before` is empty. Commands, which are in backquotes, are not broken. */
export function showNote(terminal: Pick<Terminal, "err" | "errStyle" | "errWidth">, note: string, before = "  "): void {
  const label = "note:";
  const indent = " ".repeat(before.length + label.length + 1);
  const [first = "", ...more] = wrapLines(glueQuoted(plain(note)), terminal.errWidth - indent.length);
  const lines = [`${before}${terminal.errStyle("yellow", label)} ${first}`, ...more.map((line) => indent + line)];
  terminal.err(lines.join("\n"));
}

export function showNotes(terminal: Parameters<typeof showNote>[0], notes: readonly string[]): void {
  for (const note of notes) showNote(terminal, note);
}
