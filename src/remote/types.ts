import type { Readable, Writable } from "node:stream";
import type { Context } from "../system/context.ts";

/** An authenticated connection to a remote host with a verified key. One per command; every call uses a channel of it. */
export interface Connection {
  /** the name that the user gave */
  readonly host: string;
  /**
   * Runs a command line with the user's login shell (the caller quotes: `sh -c '…'`). Resolves when the channel is open.
   * Throws HOST_UNREACHABLE if the connection is lost.
   */
  exec(command: string, options?: ExecOptions): Promise<Channel>;
  /** Resolves when the connection has ended: with the reason, or undefined after `close`. */
  readonly gone: Promise<Error | undefined>;
  close(): void;
}

export interface ExecOptions {
  /** a terminal on the host: raw input, stdout and stderr in one stream; a hang-up ends its program */
  terminal?: { name: string; columns: number; rows: number };
}

/** A program that runs on the remote host. Both of its output streams must be read (or resumed), or it blocks. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** empty with a terminal */
  readonly stderr: Readable;
  /**
   * Resolves when the program has ended and its output was read; rejects with HOST_UNREACHABLE if the connection broke before. Code
   * and signal are both missing if the host sent neither, and after `close`.
   */
  readonly exit: Promise<{ code: number | null; signal: string | undefined }>;
  resize(columns: number, rows: number): void;
  close(): void;
}

/** The part of the context that a connection needs. */
export interface RemoteContext extends Pick<Context, "env" | "run" | "ask" | "askSecret" | "log" | "signal" | "clock"> {
  user: Pick<Context["user"], "home" | "name" | "uid">;
}

export type { Target } from "../contract/files.ts";

export interface ConnectOptions {
  /**
   * Forward the user's agent to the host for the time of the connection (`ssh -A`). ssh's own configuration is ignored: the user
   * decides with the setting `SSH_AGENT`.
   */
  forwardAgent?: boolean;
}
