import type { SessionsNow } from "../../app/watch/follow-sessions.ts";
import { emptyRows, inView, needing, selectedRow, type Rows } from "../../app/watch/rows.ts";
import type { Mode } from "../../app/watch/types.ts";
import { drawPicture, pageOf } from "../../ui/watch/picture.ts";
import type { Screen } from "../../ui/watch/screen.ts";
import type { App } from "../process/app.ts";
import type { Said } from "./means.ts";

/** What is on the screen now. */
export interface Board {
  rows: Rows;
  mode: Mode;
  away: SessionsNow["away"];
  message: Said | undefined;
  /** undefined: not taken yet */
  screen: Screen | undefined;
}

export function emptyBoard(): Board {
  return { rows: emptyRows(), mode: { kind: "list" }, away: [], message: undefined, screen: undefined };
}

/** Number of rows in view. */
export function pageOn({ screen, away }: Board): number {
  return screen === undefined ? 1 : pageOf(screen.size(), { away });
}

export function drawBoard(board: Board, app: App): void {
  const { screen, mode, away, message } = board;
  if (screen === undefined) return;
  board.rows = inView(board.rows, pageOn(board));
  const { rows } = board;
  const { shown, all, top, filter } = rows;
  const list = { shown, total: all.length, top, filter, selected: selectedRow(rows), needing: needing(rows) };
  const drawing = { ...screen.size(), now: app.now(), style: app.terminal.style };
  screen.draw(drawPicture({ ...list, away, mode, message }, drawing));
}
