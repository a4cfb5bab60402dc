import type { Readable, Writable } from "node:stream";
import { createStyle, wantsColour, type Style } from "./style.ts";

/** The three streams of a command and what is known of them. stdout carries results only, all else goes to stderr. */
export interface Terminal {
  streams: Streams;
  /** Writes a result, a line end added. */
  out(text: string): void;
  /** Writes progress, an error or a hint, a line end added. */
  err(text: string): void;
  /** style for stdout and for stderr: one of them may be a file */
  style: Style;
  errStyle: Style;
  /** columns of stdout; Infinity where it is no terminal: nothing is cut for a pipe */
  width: number;
  errWidth: number;
  /** a person can be asked: input and stderr are both a terminal */
  canAsk: boolean;
  /** stderr is a terminal that can redraw lines, and says how wide it is */
  isLive: boolean;
}

/** A stream with what a terminal adds, where it is one. */
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
    width: widthOf(stdout),
    errWidth: widthOf(stderr),
    // Only when it is asked for: Node makes a stream of stdin at the first look, which takes a while.
    get canAsk() {
      return streams.stdin.isTTY === true && stderr.isTTY === true;
    },
    isLive: stderr.isTTY === true && stderr.columns !== 0 && env["TERM"] !== "dumb",
  };
}

function widthOf(stream: MaybeTty<Writable>): number {
  // A terminal that reports no size (0 columns, as some CI systems do) is taken for one of the usual size.
  return stream.isTTY === true ? stream.columns || 80 : Number.POSITIVE_INFINITY;
}
