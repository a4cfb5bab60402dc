import type { SessionView } from "../../session/types.ts";
import { compareByNeed, needsPerson } from "./order.ts";

// The list of `cowork watch`, without a terminal: which rows in which order, which one is selected, which part is in view. Pure.

export interface Rows {
  /** the rows, from the top: all sessions that match the filter */
  shown: readonly SessionView[];
  /** every session there is */
  all: readonly SessionView[];
  filter: string;
  /** key of the selected session; undefined: there is no row */
  selected: string | undefined;
  /** number of the first row in view */
  top: number;
  /** when the person last did something in the list, in ms */
  touchedAt: number;
}

/** For so long after a key press no row moves. */
export const quietMs = 3_000;

export function emptyRows(): Rows {
  return { shown: [], all: [], filter: "", selected: undefined, top: 0, touchedAt: Number.NEGATIVE_INFINITY };
}

/** A session's name is unique on its host only. */
export function keyOf({ id, host }: Pick<SessionView, "id" | "host">): string {
  return `${id}@${host}`;
}

export function selectedRow({ shown, selected }: Rows): SessionView | undefined {
  return shown.find((one) => keyOf(one) === selected);
}

/** New states. The rows get a new order only if the person has done nothing for a moment; until then new sessions come last. */
export function withSessions(rows: Rows, sessions: readonly SessionView[], now: number): Rows {
  const all = sessions.filter(({ hidden }) => hidden !== true);
  const byKey = new Map(all.map((one) => [keyOf(one), one]));
  const kept = rows.shown.flatMap((one) => byKey.get(keyOf(one)) ?? []);
  const known = new Set(kept.map(keyOf));
  const more = all.filter((one) => !known.has(keyOf(one)) && matches(one, rows.filter)).toSorted(compareByNeed);
  return settled(selectNear({ ...rows, all, shown: [...kept, ...more] }, rows), now);
}

/**
 * Brings the rows in order, unless the person has just done something. In a list that was scrolled, the selected row stays where it is
 * on the screen; at its top the list stays, so that what needs a person is in view.
 */
export function settled(rows: Rows, now: number): Rows {
  if (now - rows.touchedAt < quietMs) return rows;
  const shown = rows.all.filter((one) => matches(one, rows.filter)).toSorted(compareByNeed);
  const [before, after] = [indexIn(rows.shown, rows.selected), indexIn(shown, rows.selected)];
  const isScrolled = rows.top > 0 && before >= 0 && after >= 0;
  const top = isScrolled ? rows.top + after - before : rows.top;
  return selectNear({ ...rows, shown, top }, rows);
}

/** Moves the selection: by so many rows, or to the `first` or `last` one. */
export function moved(rows: Rows, by: number | "first" | "last", now: number): Rows {
  const last = rows.shown.length - 1;
  const at = Math.max(0, indexIn(rows.shown, rows.selected));
  const target = by === "first" ? 0 : by === "last" ? last : Math.min(Math.max(at + by, 0), last);
  const selected = rows.shown[target];
  return { ...rows, touchedAt: now, selected: selected === undefined ? undefined : keyOf(selected) };
}

export function touched(rows: Rows, now: number): Rows {
  return { ...rows, touchedAt: now };
}

/** Shows only sessions that contain every word: in project, name, host, agent, branch or state. They are in order at once. */
export function filtered(rows: Rows, filter: string, now: number): Rows {
  return { ...settled({ ...rows, filter, touchedAt: Number.NEGATIVE_INFINITY }, now), touchedAt: now };
}

/** Moves the part in view so that the selected row is in it and as little as possible is empty. @param height number of rows in view */
export function inView(rows: Rows, height: number): Rows {
  const at = Math.max(0, indexIn(rows.shown, rows.selected));
  const lowest = Math.max(0, rows.shown.length - height);
  const top = Math.min(Math.max(rows.top, at - Math.max(height, 1) + 1), at);
  return { ...rows, top: Math.min(Math.max(top, 0), lowest) };
}

/** The sessions that need a person, those that the filter leaves out, too. */
export function needing({ all }: Rows): SessionView[] {
  return all.filter(needsPerson).toSorted(compareByNeed);
}

function indexIn(shown: readonly SessionView[], key: string | undefined): number {
  return shown.findIndex((one) => keyOf(one) === key);
}

/** If the selected session is gone, selects the one that is now in its place. */
function selectNear(rows: Rows, before: Rows): Rows {
  if (indexIn(rows.shown, rows.selected) >= 0) return rows;
  const at = Math.max(0, indexIn(before.shown, before.selected));
  const near = rows.shown[Math.min(at, rows.shown.length - 1)];
  return { ...rows, selected: near === undefined ? undefined : keyOf(near) };
}

function matches(session: SessionView, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const { project, name, host, agent, branch, state, agentState } = session;
  const texts = [`${project}/${name}`, host, agent, branch, state, agentState?.state, agentState?.for];
  const text = texts.filter(Boolean).join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}
