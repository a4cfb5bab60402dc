import type { Readable, Writable } from "node:stream";
import { createStyle, wantsColour, type Style } from "./style.ts";

/** The three streams of a command and their properties. stdout is for results only, everything else goes to stderr. */
export interface Terminal {
  streams: Streams;
  /** Writes a result and a newline to stdout. */
  out(text: string): void;
  /** Writes progress, an error or a hint and a newline to stderr. */
  err(text: string): void;
  /** styles for stdout and stderr: one of them may be a file */
  style: Style;
  errStyle: Style;
  /** columns of stdout; Infinity if it is not a terminal, so that nothing is cut for a pipe */
  width: number;
  errWidth: number;
  /** questions are possible: stdin and stderr are both a terminal */
  canAsk: boolean;
  /** stderr is a terminal that can redraw lines and reports its width */
  isLive: boolean;
}

/** A stream with the properties of a terminal, if it is one. */
export type MaybeTty<T> = T & { isTTY?: boolean; columns?: number; rows?: number };

export interface Streams {
  stdin: MaybeTty<Readable>;
  stdout: MaybeTty<Writable>;
  stderr: MaybeTty<Writable>;
}

export function createTerminal(
  streams: Streams,
  options: { env: Readonly<Record<string, string | undefined>>; noColour: boolean },
): Terminal {
  const { stdout, stderr } = streams;
  const { env, noColour } = options;
  const style = (stream: MaybeTty<Writable>): Style =>
    createStyle(wantsColour({ isTerminal: stream.isTTY === true, env, noColour }));
  return {
    streams,
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    style: style(stdout),
    errStyle: style(stderr),
    // Getters, because the width may change while a command runs.
    get width() {
      return widthOf(stdout);
    },
    get errWidth() {
      return widthOf(stderr);
    },
    // A getter, because the first access to stdin makes Node create the stream, which takes a while.
    get canAsk() {
      return streams.stdin.isTTY === true && stderr.isTTY === true;
    },
    isLive: stderr.isTTY === true && stderr.columns !== 0 && env["TERM"] !== "dumb",
  };
}

function widthOf(stream: MaybeTty<Writable>): number {
  // Some CI systems report a terminal with 0 columns: assume the usual 80.
  return stream.isTTY === true ? stream.columns || 80 : Number.POSITIVE_INFINITY;
}
