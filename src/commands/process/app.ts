import type { EventDraft } from "../../contract/events.ts";
import type { HostMakers } from "../../app/host-makers.ts";
import type { OpenScope, Scope } from "../../app/scope.ts";
import type { Progress } from "../../ui/terminal/progress.ts";
import type { Terminal } from "../../ui/terminal/terminal.ts";
import type { Caller } from "./caller.ts";

/** The global flags, as given. */
export interface Globals {
  readonly host: string | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
}

export interface RequestOptions {
  signal: AbortSignal;
  tell: (event: EventDraft) => void;
  /** default: the current folder */
  folder?: string;
  /** Wraps the makers of hosts, for requests that share connections. */
  share?: (makers: HostMakers) => HostMakers;
}

/** What a command gets besides its own flags: the terminal, and the scope to call use cases with. */
export interface App {
  terminal: Terminal;
  caller: Caller;
  globals: Globals;
  now(): Date;
  /** Shows progress as live lines (`live`), as plain lines, or as the command wants; not called: no progress. Call it before `scope`. */
  show(how: "live" | "lines" | Progress): Promise<Progress>;
  /** Sets `--trust` of this command. Call it before `scope`. */
  trust(given: boolean): void;
  /** Aborts the work when stdout has no reader any more (`logs -f | head`). Call it before `scope`. */
  endWithOutput(): AbortSignal;
  /** The scope for use cases, created at the first call. */
  scope(): Promise<Scope>;
  /** The scope of one request, for commands that are servers: no one is asked. The caller closes it. */
  openRequest(request: RequestOptions): Promise<OpenScope>;
  /** project folders of sessions that were named from another folder */
  visited(): ReadonlySet<string>;
  /** Prints the command's JSON value. Returns 0, the exit code. */
  json(value: unknown): 0;
  /** Ends progress and connections, whatever the command did. */
  stop(): void;
}
