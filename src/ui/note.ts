import { plain } from "../system/text.ts";
import type { Terminal } from "./terminal.ts";
import { glueQuoted, wrapLines } from "./width.ts";

/** Prints a note below a result. Commands, which are in backquotes, are not broken. */
export function showNote(terminal: Pick<Terminal, "err" | "errStyle" | "errWidth">, note: string): void {
  const label = "note:";
  const indent = " ".repeat(2 + label.length + 1);
  const [first = "", ...more] = wrapLines(glueQuoted(plain(note)), terminal.errWidth - indent.length);
  const lines = [`  ${terminal.errStyle("yellow", label)} ${first}`, ...more.map((line) => indent + line)];
  terminal.err(lines.join("\n"));
}
