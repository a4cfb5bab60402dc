import type { Readable, Writable } from "node:stream";

/** An authenticated way to a remote host, whose key was checked. One per command; every call is a channel of it. */
export interface Connection {
  /** as the user called it */
  readonly host: string;
  /**
   * Runs a command line by the user's login shell there: the caller quotes. Resolves when the channel is open.
   * Throws HOST_UNREACHABLE when the connection is gone.
   */
  exec(command: string, options?: { terminal?: TerminalSize }): Promise<Channel>;
  /** Resolves once, when the connection is gone: with the reason, or undefined after `close`. */
  readonly gone: Promise<Error | undefined>;
  close(): void;
}

export interface TerminalSize {
  /** as in `TERM` */
  name: string;
  columns: number;
  rows: number;
}

/** A program that runs on the remote host. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** When the program has ended and its output was read; rejects with HOST_UNREACHABLE when the connection broke before. */
  readonly exit: Promise<{ code: number | null; signal: string | undefined }>;
  resize(columns: number, rows: number): void;
  close(): void;
}
