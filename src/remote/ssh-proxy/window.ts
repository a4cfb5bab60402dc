import type { ConnectIo } from "../../session/session-host.ts";

type Tty = NonNullable<ConnectIo["tty"]>;

/** The window of a client's terminal, as `connect` needs it. */
export interface Window {
  tty: Tty;
  set(columns: number, rows: number): void;
}

export function createWindow(columns: number, rows: number): Window {
  const listeners = new Set<(columns: number, rows: number) => void>();
  // A client without a terminal (`ssh -tt` in a pipe) sends 0.
  const tty: Tty = {
    columns: columns || 80,
    rows: rows || 24,
    onResize: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const set: Window["set"] = (newColumns, newRows) => {
    tty.columns = newColumns || tty.columns;
    tty.rows = newRows || tty.rows;
    for (const listener of listeners) listener(tty.columns, tty.rows);
  };
  return { tty, set };
}
