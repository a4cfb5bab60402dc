import { displayWidth, pad } from "../terminal/width.ts";
import type { Drawing } from "./types.ts";

const keys: readonly [string, string][] = [
  ["a", "answer what waits: this session's question first"],
  ["o", "open the agent; Ctrl-b d comes back"],
  ["s", "send it a text"],
  ["l", "what it did and does; Ctrl-C comes back"],
  ["d  p", "show its changes; pull them into the project"],
  ["i", "interrupt it"],
  ["n", "a new session in this one's project"],
  ["/", "filter: project, session, host, branch, state"],
  ["↑ ↓ j k", "select; also PgUp, PgDn, Home, End"],
  ["q", "quit; the agents go on"],
];

const marks = "? needs you  ! failed  ● works  ✓ idle  - stopped";

/** The help, which covers the list. It fits on 60 columns and 15 rows. */
export function helpLines({ style }: Pick<Drawing, "style">): string[] {
  const width = Math.max(...keys.map(([key]) => displayWidth(key)));
  return [
    "cowork watch",
    ...keys.map(([key, text]) => `  ${pad(key, width)}  ${text}`),
    `  ${marks}`,
    "  Rows keep their places while you press keys.",
    style("dim", "any key: back"),
  ];
}
