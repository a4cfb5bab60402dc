import type { ClaimView } from "../../contract/merging/claims.ts";
import { plain } from "../../system/text.ts";
import type { Style } from "../terminal/style.ts";
import { renderTable, type Cell, type Column } from "../terminal/table.ts";
import { ago, plural } from "../terminal/units.ts";

/** One line for each claim: who, what, how, how long, why. */
export function renderClaims(
  claims: readonly ClaimView[],
  { width, style, now }: { width: number; style: Style; now: Date },
): string {
  const isElsewhere = claims.some(({ host }) => host !== "local");
  const columns: Column[] = [
    { title: "SESSION", min: 8 },
    ...(isElsewhere ? [{ title: "HOST", drop: 2 }] : []),
    { title: "MODE" },
    { title: "LEFT", drop: 1 },
    { title: "PATHS", min: 16 },
    { title: "WHY", min: 8 },
  ];
  const rows = claims.map(({ session, host, mode, until, at, globs, derived, why = "" }): Cell[] => [
    { text: session, tone: "bold" },
    ...(isElsewhere ? [{ text: host }] : []),
    { text: mode, ...(mode === "exclusive" ? { tone: "yellow" as const } : {}) },
    { text: derived === true ? "-" : left(until, now) },
    { text: globs.join(" ") },
    {
      text: derived === true ? `${why} (${ago(at, now)})` : why,
      ...(derived === true ? { tone: "dim" as const } : {}),
    },
  ]);
  return renderTable(columns, rows, { width, style });
}

function left(until: string, now: Date): string {
  return `${Math.max(0, Math.ceil((Date.parse(until) - now.getTime()) / 60_000))}m`;
}

export function renderReleased(released: readonly ClaimView[]): string {
  if (released.length === 0) return "nothing was claimed";
  const globs = released.flatMap((claim) => claim.globs.map((text) => plain(text)));
  return `released ${plural(released.length, "claim")}: ${globs.join(", ")}`;
}
