import type * as z from "zod/mini";
import type { Readable, Writable } from "node:stream";
import type { AttachIo } from "../engine/types.ts";
import type { Login } from "../agent/types.ts";
import type { LogoutResult } from "../auth/logout.ts";
import type { AuthStatus } from "../auth/status.ts";
import type { Settings } from "../config/types.ts";
import type { Diff } from "../clone/diff.ts";
import type { GitInside } from "../clone/types.ts";
import type { PullSpec } from "../clone/pull.ts";
import type { StartPoint } from "../project/types.ts";
import type * as contract from "./contract.ts";
import type { InitPlan, InitRequest, Outcome, Selector, SessionStatus, SessionView } from "./types.ts";

/**
 * The host's part: everything that needs the engine or a clone. Locally these functions are called in process
 * (`session/local-host.ts`); for a remote host they stand behind an inner command that speaks JSON lines. So: plain
 * data in, plain data out, progress as events and questions through the context's `ask`.
 */
export interface HostPart {
  planInit(request: InitRequest): Promise<InitPlan>;
  /** Creates or completes sessions, several at once. Asks for trust before anything is made. One outcome per name, in order. */
  init(request: InitRequest): Promise<Outcome[]>;
  /** One engine call for all. Sorted by project, then name. */
  list(selector: Selector): Promise<SessionView[]>;
  status(selector: Selector, options: StatusWish): Promise<SessionStatus[]>;
  start(selector: Selector, options: { settings: Settings; rebuild?: RebuildRequest }): Promise<Outcome[]>;
  stop(selector: Selector, options: { concurrency: number }): Promise<Outcome[]>;
  clean(selector: Selector, options: CleanOptions): Promise<CleanOutcome[]>;
  /** Shared images that no session uses: removes them (`dryRun`: names them). Gives their tags. */
  cleanImages(options: { dryRun: boolean; project?: string }): Promise<string[]>;
  /** Git for one session's clone, under the session's lock until it is closed: `pull` and `push` are the user's side of it. */
  openClone(selector: OneSession): Promise<OpenClone>;
  /** What a session has changed since it started, as text that is safe to show. */
  diff(selector: OneSession, wish: { stat: boolean; paths: readonly string[]; columns: number }): Promise<Diff>;
  connect(request: ConnectRequest, io: ConnectIo): Promise<number>;
  /** How the dev container came up; with `follow` until the signal fires. */
  logs(selector: Selector & { names: [string] }, options: { follow: boolean }, out: Writable): Promise<void>;
  doctor(options: { fix: boolean }): Promise<Check[]>;
  /** Who is logged in on this host, until when, and what threatens it. Asks nobody outside. */
  authStatus(agent: Settings["agent"]): Promise<AuthStatus>;
  /** By the agent's own program, with the caller's terminal. Throws NOT_LOGGED_IN, SESSION_BUSY. */
  login(request: LoginRequest, io: ConnectIo): Promise<Login>;
  logout(request: { settings: Settings }): Promise<LogoutResult>;
}

export interface StatusWish {
  /** the setting */
  precious: string[];
  /** only what is quick to find out: `disk` and `resources` are null */
  brief?: boolean;
}

export type OneSession = Selector & { names: [string] };

/** One session's clone, held for work between it and the project. */
export interface OpenClone {
  name: string;
  /** the folder, on the host */
  path: string;
  start: StartPoint;
  /** who commits that cowork makes are from */
  identity: PullSpec["identity"];
  inside: GitInside;
  /** Gives the lock back. Throws SESSION_BUSY when it was lost meanwhile. */
  close(): Promise<void>;
}

export interface LoginRequest {
  settings: Settings;
  /** the agent's own token that is not renewed, instead of one that is */
  longLived: boolean;
}

/** `start --rebuild`: settings decide anew about config, image and agent. */
export type RebuildRequest = Pick<InitRequest, "project" | "source" | "settings"> & { configName?: string };

export interface CleanOptions {
  force: boolean;
  dryRun: boolean;
  /** transcripts are deleted instead of moved to the archive */
  purge: boolean;
  concurrency: number;
  /** the setting */
  precious: string[];
}

export type CleanOutcome = z.infer<typeof contract.cleaned>;

export interface ConnectRequest {
  selector: Selector & { names: [string] };
  /** for the start of a stopped session */
  settings: Settings;
  /** absent: the user's shell, or `CONNECT` */
  command?: string[];
  /** command line of the `CONNECT` setting */
  connect?: string;
  /** keep it alive in the host's tmux (only with a terminal and without a command) */
  tmux: boolean;
  /** what runs in a pane of tmux; absent: this cowork's own `connect`, called in the project */
  pane?: string[];
}

export type ConnectIo = Omit<AttachIo, "stdin"> & {
  stdin: Readable;
  /** called when keys lead nowhere any more, for the connection broke; `onReady` again when it was made anew */
  onLost?: () => void;
};

/** One line of `doctor`. */
export type Check = z.infer<typeof contract.check>;
