import { plain } from "../system/text.ts";
import type { Style, Tone } from "./style.ts";
import { displayWidth, pad, truncate } from "./width.ts";

export interface Column {
  title: string;
  align?: "left" | "right";
  /** left out when not everything fits; the highest number goes first */
  drop?: number;
  /** cut down to so many columns when leaving out is not enough; absent: cut last of all */
  min?: number;
}

export interface Cell {
  text: string;
  tone?: Tone;
}

const gap = "  ";

/**
 * Aligned columns under a line of titles, without a line end after the last row. Never wider than `width` columns
 * (Infinity: nothing is cut). Cells may hold foreign text: control characters are taken out.
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
        // Only the text is dressed, not the filling: underlined or coloured gaps look broken.
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

/** Takes from the widest column that may be cut, one at a time, until all fit; then, if it must be, from any. */
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
