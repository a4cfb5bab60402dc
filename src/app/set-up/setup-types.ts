import type { SetupContext } from "./setup-file.ts";
import type { SetupShell } from "./setup-shells.ts";

/** An item that can be set up for this user. */
export interface SetupItem {
  name: "alias" | "completion" | "mcp" | "notifications" | "service";
  /** the shell that it is for */
  shell?: SetupShell;
  /** the user's program that it is for */
  program?: string;
  /** the file of the user that contains it, or would; of a program, the program */
  file: string;
  /**
   * `outdated`: set up differently by an earlier version; `by-hand`: the user added the line; `taken`: the user has something else
   * of that name, which is kept; `unsupported`: not on this system yet
   */
  state: "set-up" | "not-set-up" | "outdated" | "by-hand" | "taken" | "unsupported";
  /** one line for the user, after it was set up */
  note?: string;
}

/** One kind of item: how its state is read, and how it is set up and undone. */
export interface SetupKind {
  name: SetupItem["name"];
  read: (ctx: SetupContext) => Promise<SetupItem[]>;
  setUp: (ctx: SetupContext, item: SetupItem) => Promise<SetupItem>;
  undo: (ctx: SetupContext, item: SetupItem) => Promise<SetupItem>;
}
