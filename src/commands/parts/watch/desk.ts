import type { Scope } from "../../../app/scope.ts";
import type { SessionsNow } from "../../../app/watch/follow-sessions.ts";
import { press } from "../../../app/watch/press.ts";
import { needing, settled, withSessions } from "../../../app/watch/rows.ts";
import type { Deed, Key } from "../../../app/watch/types.ts";
import { toCoworkError } from "../../../errors.ts";
import type { App } from "../../process/app.ts";
import { drawBoard, pageOn, type Board } from "./board.ts";
import { carryOut, type Said } from "./carry-out.ts";

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
  const start = (deed: Deed): void => {
    const { screen } = board;
    if (screen === undefined) return;
    const asking = [...needing(board.rows), ...(deed.session === undefined ? [] : [deed.session])];
    carryOut(deed, { app, scope, screen, hosts: new Set(asking.map(({ host }) => host)), say })
      .catch((error: unknown) => {
        const { message, hint } = toCoworkError(error);
        if (scope.ctx.signal.aborted) events.onError(error);
        else say({ text: hint === undefined ? message : `${message} Next: ${hint}`, tone: "red" });
      })
      .finally(events.look);
  };
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
