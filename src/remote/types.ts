import type { Readable, Writable } from "node:stream";
import type { Context } from "../system/context.ts";

/** An authenticated way to a remote host, whose key was checked. One per command; every call is a channel of it. */
export interface Connection {
  /** as the user called it */
  readonly host: string;
  /**
   * Runs a command line by the user's login shell (the caller quotes: `sh -c '…'`). Resolves when the channel is open.
   * Throws HOST_UNREACHABLE when the connection is gone.
   */
  exec(command: string, options?: ExecOptions): Promise<Channel>;
  /** Resolves once, when the connection is gone: with the reason, or undefined after `close`. */
  readonly gone: Promise<Error | undefined>;
  close(): void;
}

export interface ExecOptions {
  /** a terminal over there: its input is raw, stdout and stderr are one stream, and a hang-up ends what runs in it */
  terminal?: { name: string; columns: number; rows: number };
}

/** A program that runs on the remote host. Both of its output streams have to be read (or resumed): they hold it back. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** empty with a terminal */
  readonly stderr: Readable;
  /**
   * When the program has ended and its output was read; rejects with HOST_UNREACHABLE when the connection broke before. Code and
   * signal are both absent where the host told neither, and after `close`.
   */
  readonly exit: Promise<{ code: number | null; signal: string | undefined }>;
  resize(columns: number, rows: number): void;
  close(): void;
}

/** What a connection is made with. */
export interface RemoteContext extends Pick<Context, "env" | "run" | "ask" | "askSecret" | "log" | "signal" | "clock"> {
  user: Pick<Context["user"], "home" | "name" | "uid">;
}

export type { Target } from "../contract/files.ts";

export interface ConnectOptions {
  /**
   * What runs over there may use the user's agent, for as long as the connection stands (`ssh -A`). What ssh's configuration says of it does not count: `SSH_AGENT`
   * is where the user decides.
   */
  forwardAgent?: boolean;
}
