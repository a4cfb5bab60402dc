import { plain } from "../../system/text.ts";
import type { Style, Tone } from "./style.ts";
import { displayWidth, pad, truncate } from "./width.ts";

export interface Column {
  title: string;
  align?: "left" | "right";
  /** the column is dropped if not everything fits; the highest number is dropped first */
  drop?: number;
  /** the width to cut the column down to if dropping is not enough; absent: cut last */
  min?: number;
}

export interface Cell {
  text: string;
  tone?: Tone;
}

const gap = "  ";

/**
 * Aligned columns below a line of titles, without a newline at the end. Never wider than `width` columns (Infinity: no
 * limit). Cells may contain untrusted text: control characters are removed.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: { width: number; style: Style },
): string {
  const cells = rows.map((row) => row.map((cell) => ({ ...cell, text: plain(cell.text) })));
  const shown = fitColumns(columns, cells, options.width);
  const line = (row: readonly Cell[]): string =>
    shown
      .map(({ index, width, align }, position) => {
        const { text, tone } = row[index] ?? { text: "" };
        const last = position === shown.length - 1 && align !== "right";
        const cut = truncate(text, width);
        const filled = last ? cut : pad(cut, width, align === "right" ? "left" : "right");
        // Only the text gets the style, not the padding: underlined or coloured gaps look broken.
        return tone === undefined ? filled : filled.replace(cut, () => options.style(tone, cut));
      })
      .join(gap)
      .trimEnd();
  const titles = columns.map((column): Cell => ({ text: column.title, tone: "dim" }));
  return [titles, ...cells].map(line).join("\n");
}

interface ShownColumn {
  index: number;
  width: number;
  align: "left" | "right";
}

function fitColumns(columns: readonly Column[], rows: readonly (readonly Cell[])[], available: number): ShownColumn[] {
  let shown = columns.map((column, index) => {
    const width = Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[index]?.text ?? "")));
    return { ...column, index, width, least: Math.min(width, column.min ?? width) };
  });
  const natural = (): number => sum(shown.map(({ width }) => width)) + gap.length * (shown.length - 1);
  while (natural() > available && shown.some((column) => column.drop !== undefined)) {
    const highest = Math.max(...shown.map((column) => column.drop ?? -1));
    shown = shown.filter((column) => column.drop !== highest);
  }
  shrink(shown, available - gap.length * (shown.length - 1));
  return shown.map(({ index, width, align }) => ({ index, width, align: align ?? "left" }));
}

/** Narrows the widest column that may be cut, one character at a time, until all fit; then any column. */
function shrink(columns: { width: number; least: number }[], available: number): void {
  while (sum(columns.map(({ width }) => width)) > available) {
    const soft = columns.filter(({ width, least }) => width > least);
    const candidates = soft.length > 0 ? soft : columns.filter(({ width }) => width > 1);
    const [widest] = candidates.toSorted((a, b) => b.width - a.width);
    if (widest === undefined) return;
    widest.width -= 1;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
