import type { Mode } from "../../app/watch/types.ts";
import type { SessionView } from "../../session/types.ts";
import type { Style, Tone } from "../terminal/style.ts";

/** Everything that is on the screen of `cowork watch`. */
export interface Picture {
  shown: readonly SessionView[];
  /** number of sessions without the filter */
  total: number;
  selected: SessionView | undefined;
  top: number;
  filter: string;
  /** those that need a person */
  needing: readonly SessionView[];
  away: readonly { host: string; message: string }[];
  mode: Mode;
  message: { text: string; tone?: Tone } | undefined;
}

export interface Size {
  columns: number;
  rows: number;
}

export interface Drawing extends Size {
  now: Date;
  style: Style;
}
