import type { Scope } from "../../app/scope.ts";
import type { Progress } from "../../ui/progress.ts";
import type { Terminal } from "../../ui/terminal.ts";
import type { Caller } from "./caller.ts";

/** Flags of every command, as they were given. */
export interface Globals {
  readonly host: string | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** What a command has at hand besides its own flags: the terminal, and the scope that it asks use cases with. */
export interface App {
  terminal: Terminal;
  caller: Caller;
  globals: Globals;
  now(): Date;
  /** Progress as live lines (`live`), as plain lines only, or not at all. To be called before `scope`. */
  show(how: "live" | "lines"): Promise<Progress>;
  /** `--trust` of this command: to be called before `scope`. */
  trust(given: boolean): void;
  /** The work ends when nobody reads stdout any more (`logs -f | head`): to be called before `scope`. */
  endWithOutput(): AbortSignal;
  /** What use cases want. Made when it is first asked for, and once. */
  scope(): Promise<Scope>;
  /** folders of sessions that were named from elsewhere */
  visited(): ReadonlySet<string>;
  /** Prints the command's one JSON value; gives 0, the exit code. */
  json(value: unknown): 0;
  /** Gives the terminal back, whatever the command did. */
  stop(): void;
}
