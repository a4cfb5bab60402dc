import type { ReadStream } from "node:tty";
import type { ConnectIo } from "../../session/session-host.ts";
import type { Caller } from "../process/caller.ts";

/**
 * The caller's streams as `connect` needs them. If stdin and stdout are a terminal, the process inside gets a terminal, and
 * this one switches to raw mode once that is ready.
 * @param gone aborted when the output has no reader any more; ends the connection
 * @returns with `release`, which restores the terminal's mode
 */
export function connectIo(caller: Caller, gone: AbortSignal, onReady: () => void): ConnectIo & { release: () => void } {
  const { stdin, stdout, stderr } = caller.streams;
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  const raw = (on: boolean): void => {
    if (isTerminal) (stdin as unknown as ReadStream).setRawMode(on);
  };
  return {
    stdin,
    stdout,
    stderr,
    signal: AbortSignal.any([caller.signal, gone]),
    onReady: () => {
      onReady();
      raw(true);
    },
    // While the connection is lost, Ctrl-C must reach cowork itself.
    onLost: () => raw(false),
    ...(isTerminal ? { tty: windowOf(stdout) } : {}),
    release: () => raw(false),
  };
}

function windowOf(stdout: Caller["streams"]["stdout"]): NonNullable<ConnectIo["tty"]> {
  const size = (): [number, number] => [stdout.columns || 80, stdout.rows || 24];
  const [columns, rows] = size();
  return {
    columns,
    rows,
    onResize: (listener) => {
      const onResize = (): void => listener(...size());
      stdout.on("resize", onResize);
      return () => void stdout.off("resize", onResize);
    },
  };
}
