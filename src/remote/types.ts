import type { Readable, Writable } from "node:stream";

/** An authenticated way to a remote host, whose key was checked. One per command; every call is a channel of it. */
export interface Connection {
  /** what the user called it: an alias of ssh's configuration, a name that was added, `user@machine` */
  readonly host: string;
  /**
   * Runs a POSIX sh script there, whatever the user's login shell is. Resolves when the channel is open.
   * Throws HOST_UNREACHABLE when the connection is gone.
   */
  exec(script: string, options?: ExecOptions): Promise<Channel>;
  /** Resolves once, when the connection is gone: with the reason, or undefined after `close`. */
  readonly gone: Promise<Error | undefined>;
  close(): void;
}

export interface ExecOptions {
  /** a terminal over there: its input is raw and a hang-up ends what runs in it */
  terminal?: { name: string; columns: number; rows: number };
}

/** A program that runs on the remote host. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** empty with a terminal: there is one stream then */
  readonly stderr: Readable;
  /** Resolves when the program has ended and its output is read; rejects with HOST_UNREACHABLE when the connection broke before. */
  readonly exit: Promise<{ code: number | null; signal: string | undefined }>;
  resize(columns: number, rows: number): void;
  close(): void;
}

/** Makes connections to the host that a command means; called again after a connection broke. */
export type Connect = (signal: AbortSignal) => Promise<Connection>;
