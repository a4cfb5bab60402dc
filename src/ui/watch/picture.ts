import { plain } from "../../system/text.ts";
import { plural } from "../terminal/units.ts";
import { displayWidth, truncate } from "../terminal/width.ts";
import { detailLines } from "./details.ts";
import { footerLines } from "./footer.ts";
import { helpLines } from "./help.ts";
import { tableLines } from "./table.ts";
import type { Drawing, Picture, Size } from "./types.ts";

/** The last row of the terminal stays empty: a line end in it would move everything up. */
const lastRow = 1;
/** Rows that all but the table take, with and without details. */
const around = { full: 6, brief: 4 };

/** How many sessions fit on the screen. */
export function pageOf({ rows }: Size, { away }: Pick<Picture, "away">): number {
  const height = rows - lastRow;
  const most = isTall(rows) ? around.full : around.brief;
  return Math.max(1, height - most - (away.length > 0 ? 1 : 0));
}

/** The lines of the screen, none wider than it. */
export function drawPicture(picture: Picture, drawing: Drawing): string[] {
  const { columns, rows, style } = drawing;
  const height = Math.max(1, rows - lastRow);
  if (picture.mode.kind === "help") return fit(helpLines(drawing), height, columns);
  const page = pageOf(drawing, picture);
  const [titles = "", ...table] = tableLines(picture, page, drawing);
  const body = [titles, ...table, ...Array.from({ length: Math.max(0, page - table.length) }, () => "")];
  const details = isTall(rows) ? detailLines(picture.selected, drawing) : [];
  const away = picture.away.slice(0, 1).map(({ message }) => style("yellow", truncate(plain(message), columns)));
  const footer = footerLines(picture, drawing);
  const all = [summaryLine(picture, drawing), ...body, ...details, ...away, ...footer];
  return all.length <= height ? all : [...body.slice(1), ...footer].slice(-height);
}

function isTall(rows: number): boolean {
  return rows >= 14;
}

/** The first line: who needs a person, and how many sessions there are. */
function summaryLine({ needing, shown, total, filter }: Picture, { columns, style }: Drawing): string {
  const names = needing.map(({ name }) => plain(name)).join(", ");
  const need = needing.length === 0 ? "No agent needs you." : `${needing.length} ${needWord(needing.length)}: ${names}`;
  const count = filter === "" ? plural(total, "session") : `${shown.length} of ${plural(total, "session")}`;
  const left = truncate(need, Math.max(12, columns - displayWidth(count) - 2));
  const tone = needing.length === 0 ? "dim" : "yellow";
  const gap = " ".repeat(Math.max(1, columns - displayWidth(left) - displayWidth(count)));
  return displayWidth(left) + displayWidth(count) + 1 > columns
    ? style(tone, truncate(need, columns))
    : `${style(tone, left)}${gap}${style("dim", count)}`;
}

function needWord(count: number): string {
  return count === 1 ? "needs you" : "need you";
}

function fit(lines: readonly string[], height: number, columns: number): string[] {
  const cut = lines.slice(0, height).map((line) => truncate(line, columns));
  return [...cut, ...Array.from({ length: height - cut.length }, () => "")];
}
