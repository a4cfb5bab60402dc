import { followSessions } from "../../app/watch/follow-sessions.ts";
import { toCoworkError } from "../../errors.ts";
import { openScreen } from "../../ui/watch/screen.ts";
import type { App } from "../process/app.ts";
import { silent } from "../parts/show-events.ts";
import { drawBoard, emptyBoard } from "./board.ts";
import { createDesk } from "./desk.ts";

const tickMs = 1_000;

/** Shows all sessions until the person quits. @throws the error of the first look, before the screen is taken; INTERRUPTED */
export async function watchSessions(app: App): Promise<void> {
  const over = new AbortController();
  const ended = Promise.withResolvers<void>();
  /** What fails in a timer or at a key press ends the watching, so that the terminal is given back. */
  const guard =
    <A extends unknown[]>(work: (...args: A) => void) =>
    (...args: A): void => {
      try {
        work(...args);
      } catch (error) {
        ended.reject(toCoworkError(error));
      }
    };
  const board = emptyBoard();
  // A question, such as for the password of a host, is asked on the person's own screen.
  const pauseFor = async <T>(work: () => Promise<T>): Promise<T> => await (board.screen?.away(work) ?? work());
  await app.show({ ...silent, pauseFor });
  const scope = await app.scope();
  let look = (): void => undefined;
  const events = { onQuit: ended.resolve, onError: (error: unknown) => ended.reject(error), look: () => look() };
  const desk = createDesk(board, { app, scope }, events);
  const first = Promise.withResolvers<void>();
  const emit = guard((now: Parameters<typeof desk.show>[0]) => {
    desk.show(now);
    first.resolve();
  });
  const poke = (its: () => void): void => void (look = its);
  const following = followSessions(scope, emit, { signal: over.signal, poke });
  following.catch((error: unknown) => {
    first.reject(error);
    ended.reject(error);
  });
  const stop = (): void => ended.reject(toCoworkError(scope.ctx.signal.reason));
  scope.ctx.signal.addEventListener("abort", stop, { once: true });
  ended.promise.catch(() => undefined);
  const tick = setInterval(guard(desk.tick), tickMs);
  try {
    await Promise.race([first.promise, ended.promise]);
    const draw = guard(() => drawBoard(board, app));
    board.screen = await openScreen(app.terminal, { onKey: guard(desk.press), onResize: draw, onEnd: ended.resolve });
    draw();
    await ended.promise;
  } finally {
    clearInterval(tick);
    over.abort();
    board.screen?.close();
  }
}
