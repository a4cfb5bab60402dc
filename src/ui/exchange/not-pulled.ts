import type { SessionView } from "../../session/types.ts";
import type { Cell } from "../terminal/table.ts";
import { age, plural } from "../terminal/units.ts";

/** Younger than this, the age is not worth its room. In ms. */
const recentMs = 5 * 60_000;

/** Whether any session was looked at; otherwise the column says nothing. */
export function isAnyHeld(sessions: readonly SessionView[]): boolean {
  return sessions.some(({ notPulled }) => notPulled !== undefined);
}

/** `2 commits, 1 file (3h)`: what the session held at the last look. `-`: nothing. `?`: it was never looked at. */
export function notPulledCell({ notPulled, merged }: SessionView, now: Date): Cell {
  if (notPulled === undefined) return { text: "?", tone: "dim" };
  const { commits, files, asOf } = notPulled;
  const parts = [commits > 0 ? plural(commits, "commit") : "", files > 0 ? plural(files, "file") : ""];
  const text = parts.filter((part) => part !== "").join(", ");
  if (merged?.state === "merged" && files === 0) return { text: "merged" };
  if (text === "") return { text: "-" };
  const isOld = now.getTime() - Date.parse(asOf) >= recentMs;
  return { text: isOld ? `${text} (${age(asOf, now)})` : text };
}
