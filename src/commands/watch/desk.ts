import type { Scope } from "../../app/scope.ts";
import type { SessionsNow } from "../../app/watch/follow-sessions.ts";
import { press } from "../../app/watch/press.ts";
import { settled, withSessions } from "../../app/watch/rows.ts";
import type { Key } from "../../app/watch/types.ts";
import type { App } from "../process/app.ts";
import { drawBoard, pageOn, type Board } from "./board.ts";
import { createDeeds } from "./deeds.ts";
import type { Said } from "./means.ts";

/** What happens to the board: news, keys, time. */
export interface Desk {
  show: (now: SessionsNow) => void;
  press: (key: Key) => void;
  tick: () => void;
}

/** @param events.look makes the hosts be asked at once; `onError`: what ends the watching */
export function createDesk(
  board: Board,
  { app, scope }: { app: App; scope: Scope },
  events: { onQuit: () => void; onError: (error: unknown) => void; look: () => void },
): Desk {
  const time = (): number => app.now().getTime();
  const say = (message: Said | undefined): void => {
    board.message = message;
    drawBoard(board, app);
  };
  const start = createDeeds(board, { app, scope, say }, { onDone: events.look, onError: events.onError });
  return {
    show: ({ sessions, away }) => {
      Object.assign(board, { away, rows: withSessions(board.rows, sessions, time()) });
      drawBoard(board, app);
    },
    press: (key) => {
      const { rows, mode, effect } = press(board.rows, board.mode, key, { now: time(), page: pageOn(board) });
      Object.assign(board, { rows, mode, message: undefined });
      if (effect?.do === "quit") return events.onQuit();
      if (effect?.do === "redraw") board.screen?.clear();
      else if (effect !== undefined) start(effect);
      drawBoard(board, app);
    },
    tick: () => {
      board.rows = settled(board.rows, time());
      drawBoard(board, app);
    },
  };
}
