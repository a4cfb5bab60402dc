import type { Style } from "../../ui/terminal/style.ts";
import { glueQuoted, wrapLines } from "../../ui/terminal/width.ts";

/** Where help is printed. `width` is the terminal's number of columns, Infinity if there is none. */
export interface Page {
  width: number;
  style: Style;
}

const indent = "  ";

/** Wider lines are hard to read. Without a terminal, help is as wide as the usual one. */
function columns({ width }: Page): number {
  return Number.isFinite(width) ? Math.min(width, 100) : 80;
}

/** Two columns: the text on the right is wrapped, and starts on the line below a word that leaves too little room. */
export function renderRows(rows: readonly (readonly [string, string])[], page: Page, left = 0): string {
  const width = Math.max(left, ...rows.map(([word]) => word.length));
  return rows.map(([word, text]) => renderRow(word, text, { width, page })).join("\n");
}

export function renderExamples(examples: readonly { line: string; text: string }[], page: Page): string {
  const width = Math.max(...examples.map(({ line }) => line.length));
  const tone = (line: string): string => page.style("cyan", line);
  return examples.map(({ line, text }) => renderRow(line, text, { width, page, tone })).join("\n");
}

export function renderParagraph(text: string, page: Page): string {
  return wrapLines(glueQuoted(text), columns(page)).join("\n");
}

function renderRow(
  word: string,
  text: string,
  { width, page, tone = (same) => same }: { width: number; page: Page; tone?: (word: string) => string },
): string {
  const hanging = " ".repeat(indent.length + width + 2);
  const room = columns(page) - hanging.length;
  if (room < 20) {
    const below = indent.repeat(2);
    const lines = wrapLines(glueQuoted(text), columns(page) - below.length).map((line) => below + line);
    return [indent + tone(word), ...lines].join("\n");
  }
  const [first = "", ...more] = wrapLines(glueQuoted(text), room);
  const head = `${indent}${tone(word)}${" ".repeat(width - word.length)}  ${first}`;
  return [head, ...more.map((line) => hanging + line)].join("\n");
}
