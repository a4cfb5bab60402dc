import type { ConflictPair, ConflictPath, ConflictsOutput, JudgedSession } from "../../contract/merging/conflicts.ts";
import { plain } from "../../system/text.ts";
import type { Style, Tone } from "../terminal/style.ts";
import { renderTable, type Cell, type Column } from "../terminal/table.ts";
import { clockTime } from "../agents/events.ts";
import { plural } from "../terminal/units.ts";
import { wrapLines } from "../terminal/width.ts";

interface ConflictLines {
  now: Date;
  width: number;
  style: Style;
}

const tones: Record<ConflictPair["class"], Tone> = {
  textual: "red",
  structural: "yellow",
  semantic: "yellow",
  unknown: "yellow",
  clean: "dim",
};

const listed = 20;

/** The pairs that collide or could not be judged, one line for each path; then what is clean, and the sessions that need a word. */
export function renderConflicts(found: ConflictsOutput, options: ConflictLines): string {
  const loud = found.pairs.filter((pair) => pair.class !== "clean" && !isOfLostSession(pair, found.sessions));
  const columns: Column[] = [
    { title: "SESSIONS", min: 12 },
    { title: "CLASS" },
    { title: "KIND", drop: 2 },
    { title: "PATH", min: 12 },
    { title: "NAMES", min: 8, drop: 1 },
  ];
  const rows = loud.flatMap((pair) => rowsOf(pair));
  const parts = [
    ...(rows.length === 0 ? [] : [renderTable(columns, rows, options)]),
    ...cleanLines(found, options),
    ...found.sessions.flatMap((session) => sessionLines(session, options)),
  ];
  return parts.join("\n");
}

function rowsOf({ a, b, class: kind, paths, reason }: ConflictPair): Cell[][] {
  const first: Cell[] = [
    { text: `${a} – ${b}`, tone: "bold" },
    { text: kind, tone: tones[kind] },
  ];
  if (paths.length === 0) return [[...first, { text: "-" }, { text: reason ?? "-" }, { text: "" }]];
  const rows = paths
    .slice(0, listed)
    .map((path, n): Cell[] => [
      ...(n === 0 ? first : [{ text: "" }, { text: "" }]),
      { text: kindText(path) },
      { text: path.path },
      { text: path.entities.join(", ") },
    ]);
  const more = paths.length - listed;
  return more <= 0 ? rows : [...rows, ["", "", "", `and ${more} more`, ""].map((text) => ({ text, tone: "dim" }))];
}

function kindText({ kind, within, signal, certain }: ConflictPath): string {
  const detail = within ?? (signal === undefined ? undefined : certain === false ? "possible" : undefined);
  return detail === undefined ? kind : `${kind}, ${detail}`;
}

function isOfLostSession({ a, b }: ConflictPair, sessions: readonly JudgedSession[]): boolean {
  return sessions.some(
    ({ judged, name, host }) => !judged && [a, b].some((one) => one === name || one === `${name}@${host}`),
  );
}

/** Never more than git and names can tell. */
function cleanLines({ sessions, pairs }: ConflictsOutput, { style, width, now }: ConflictLines): string[] {
  const judged = sessions.filter((one) => one.judged);
  const clean = pairs.filter((pair) => pair.class === "clean").length;
  const asOf = judged.map((one) => one.asOf).toSorted()[0];
  const time = asOf === undefined ? "" : `, as of ${clockTime(asOf, now)}`;
  const text = `${plural(clean, "pair")} ${clean === 1 ? "merges" : "merge"} clean; no name-level sign of a collision`;
  return pairs.length === 0 ? [] : wrapLines(`${text}${time}`, width).map((line) => style("dim", line));
}

function sessionLines(
  { name, host, judged, reason, during }: JudgedSession,
  { style, width }: ConflictLines,
): string[] {
  const where = plain(host === "local" ? name : `${name}@${host}`);
  const lines = [
    ...(judged ? [] : [`${where} could not be judged: ${plain(reason ?? "")}`]),
    ...(during === undefined
      ? []
      : [`${where} is in the middle of a ${plain(during)}: only what is committed was judged`]),
  ];
  return lines.flatMap((line) => wrapLines(line, width)).map((line) => style("yellow", line));
}
