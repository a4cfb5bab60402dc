import type { SessionView } from "../../session/types.ts";
import type { Rows } from "./rows.ts";

/** A key press. @see node:readline */
export interface Key {
  /** `up`, `return`, `escape`, or the letter */
  name: string;
  /** the characters that it types; empty for keys such as `up` */
  text: string;
  ctrl: boolean;
  /** it is a part of pasted text */
  pasted: boolean;
}

/** What the lowest lines of the screen are for. `send`, `name`, `task`: a text is typed. */
export type Mode =
  | { kind: "list" }
  | { kind: "help" }
  | { kind: "filter"; text: string; before: string }
  | { kind: "send"; text: string; session: SessionView }
  | { kind: "name"; text: string; session: SessionView | undefined }
  | { kind: "task"; text: string; session: SessionView | undefined; name: string }
  | { kind: "interrupt"; session: SessionView };

/** A command of cowork on the person's own screen. */
export type Command =
  | { do: "open" | "log" | "diff" | "pull"; session: SessionView }
  | { do: "new"; session: SessionView | undefined; name: string; task: string };

/** What has to be done outside of this model. */
export type Deed =
  | Command
  | { do: "answer"; session: SessionView | undefined }
  | { do: "interrupt"; session: SessionView }
  | { do: "send"; session: SessionView; text: string };

export type Effect = { do: "quit" } | { do: "redraw" } | Deed;

export interface Pressed {
  rows: Rows;
  mode: Mode;
  effect?: Effect;
}
