import type { Readable, Writable } from "node:stream";
import type { GitInside } from "../clone/types.ts";
import type { PullSpec } from "../clone/exchange/pull.ts";
import type { Login } from "../contract/login.ts";
import type { StartPoint } from "../contract/common.ts";
import type { OneSession } from "../contract/requests.ts";
import type { HostCalls } from "../contract/rpc.ts";
import type { ConnectRequest, LoginRequest } from "../contract/terminal-requests.ts";
import type { AttachIo } from "../engine/types.ts";

export type { Check } from "../contract/check.ts";
export type { CleanOutcome } from "../contract/outcome.ts";
export type { CleanOptions, OneSession, RebuildRequest, StatusOptions } from "../contract/requests.ts";
export type { ConnectRequest, LoginRequest };

/**
 * The host's part: everything that needs the engine or a clone. Locally these functions are called in process
 * (`session/local-host.ts`); for a remote host they stand behind an inner command that speaks JSON lines. So: plain
 * data in, plain data out, progress as events and questions through the context's `ask`. What takes and gives nothing but plain
 * data is in the contract (contract/rpc.ts); here is what has streams or a life of its own.
 */
export interface SessionHost extends HostCalls {
  /** Git for one session's clone, under the session's lock until it is closed: `pull` and `push` are the user's side of it. */
  openClone(selector: OneSession): Promise<OpenClone>;
  connect(request: ConnectRequest, io: ConnectIo): Promise<number>;
  /** How the dev container came up; with `follow` until the signal fires. */
  logs(selector: OneSession, options: { follow: boolean }, out: Writable): Promise<void>;
  /** By the agent's own program, with the caller's terminal. Throws NOT_LOGGED_IN, BUSY. */
  login(request: LoginRequest, io: ConnectIo): Promise<Login>;
}

/** One session's clone, held for work between it and the project. */
export interface OpenClone {
  name: string;
  /** the folder, on the host */
  path: string;
  start: StartPoint;
  /** who commits that cowork makes are from */
  identity: PullSpec["identity"];
  inside: GitInside;
  /** Gives the lock back. Throws LOCK_LOST when it was lost meanwhile. */
  close(): Promise<void>;
}

export type ConnectIo = Omit<AttachIo, "stdin"> & {
  stdin: Readable;
  /** called when keys lead nowhere any more, for the connection broke; `onReady` again when it was made anew */
  onLost?: () => void;
};
