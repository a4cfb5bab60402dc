import type { Scope } from "../../app/scope.ts";
import { needing } from "../../app/watch/rows.ts";
import type { Deed } from "../../app/watch/types.ts";
import { toCoworkError } from "../../errors.ts";
import type { App } from "../process/app.ts";
import type { Board } from "./board.ts";
import { carryOut } from "./carry-out.ts";
import type { Said } from "./means.ts";

/** Returns what starts a deed. @param events.onDone called after each; `onError`: what ends the watching */
export function createDeeds(
  board: Board,
  { app, scope, say }: { app: App; scope: Scope; say: (said: Said | undefined) => void },
  events: { onDone: () => void; onError: (error: unknown) => void },
): (deed: Deed) => void {
  let isBusy = false;
  return (deed) => {
    const { screen } = board;
    const { session } = deed;
    // Only one at a time can have the terminal: the key may have been pressed twice.
    const isAlone = deed.do !== "send" && deed.do !== "interrupt";
    if (screen === undefined || (isAlone && isBusy)) return;
    isBusy ||= isAlone;
    const asking = [...needing(board.rows), ...(session?.state === "running" ? [session] : [])];
    carryOut(deed, { app, scope, screen, hosts: new Set(asking.map(({ host }) => host)), say })
      .catch((error: unknown) => {
        const { message, hint } = toCoworkError(error);
        if (scope.ctx.signal.aborted) events.onError(error);
        else say({ text: hint === undefined ? message : `${message} Next: ${hint}`, tone: "red" });
      })
      .finally(() => {
        if (isAlone) isBusy = false;
        events.onDone();
      });
  };
}
