import type { NotifyRules } from "./types.ts";

const dayMinutes = 24 * 60;
const minuteMs = 60_000;

/** Whether a moment is in the quiet hours. */
export function isQuiet({ quiet, minuteOfDay }: NotifyRules, at: number): boolean {
  if (quiet === undefined) return false;
  const minute = minuteOfDay(at);
  const { from, to } = quiet;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** When the quiet hours that a moment is in are over. The day on which clocks change may make it an hour wrong: it is asked again then. */
export function quietEnd({ quiet, minuteOfDay }: NotifyRules, at: number): number {
  if (quiet === undefined) return at;
  const minutes = (quiet.to - minuteOfDay(at) + dayMinutes) % dayMinutes;
  return Math.floor(at / minuteMs) * minuteMs + minutes * minuteMs;
}
