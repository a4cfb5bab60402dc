import type { Readable, Writable } from "node:stream";
import type { GitInside } from "../clone/types.ts";
import type { PullSpec } from "../clone/exchange/pull.ts";
import type { Login } from "../contract/login.ts";
import type { StartPoint } from "../contract/common.ts";
import type { LogsOptions, OneSession } from "../contract/remote/requests.ts";
import type { HostCalls } from "../contract/remote/rpc.ts";
import type { ConnectRequest, LoginRequest } from "../contract/remote/terminal-requests.ts";
import type { AttachIo } from "../engine/types.ts";

export type { Check } from "../contract/check.ts";
export type { CleanOutcome } from "../contract/outcome.ts";
export type { CleanOptions, OneSession, RebuildRequest, StatusOptions } from "../contract/remote/requests.ts";
export type { ConnectRequest, LoginRequest };

/**
 * Everything that needs the engine or a clone. Locally these functions are called in process (`session/local-host.ts`); for a
 * remote host an inner command serves them as JSON lines. So they take and return plain data, report progress as events, and ask
 * questions through the context's `ask`. Operations with plain data only are in the contract (contract/remote/rpc.ts); those with
 * streams, or that stay open, are here.
 */
export interface SessionHost extends HostCalls {
  /** Git for one session's clone, under the session's lock until it is closed; `pull` and `push` use it from the client. */
  openClone(selector: OneSession): Promise<OpenClone>;
  /** The same without a lock, only to read: what the clone holds may change meanwhile. */
  readClone(selector: OneSession): Promise<OpenClone>;
  connect(request: ConnectRequest, io: ConnectIo): Promise<number>;
  /** Writes a log, readable and safe to show; with `follow` until the signal fires. */
  logs(selector: OneSession, options: LogsOptions, out: Writable): Promise<void>;
  /** Writes the files of a run as a tar stream, also while it runs. */
  runFiles(selector: OneSession, n: number, out: Writable): Promise<void>;
  /** Runs the agent's own login on the caller's terminal. Throws NOT_LOGGED_IN, BUSY. */
  login(request: LoginRequest, io: ConnectIo): Promise<Login>;
}

/** One session's clone, locked for work between it and the project. */
export interface OpenClone {
  name: string;
  /** the folder, on the host */
  path: string;
  start: StartPoint;
  /** the author of commits that cowork makes */
  identity: PullSpec["identity"];
  inside: GitInside;
  /** Releases the lock. Throws LOCK_LOST if it was lost meanwhile. */
  close(): Promise<void>;
}

export type ConnectIo = Omit<AttachIo, "stdin"> & {
  stdin: Readable;
  /** called when the connection is lost and keys go nowhere; `onReady` is called again once it is restored */
  onLost?: () => void;
};
