import type { JSX } from "preact";
import { clock } from "../state/clock.ts";
import { duration } from "../text/units.ts";

/** How long ago: `3 min`. The exact time shows on hover. */
export function Since({ at, suffix = "" }: { at: string; suffix?: string }): JSX.Element {
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) return <span />;
  return (
    <time dateTime={at} title={new Date(ms).toLocaleString()}>
      {duration(clock.value - ms)}
      {suffix}
    </time>
  );
}

const today = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const earlier = new Intl.DateTimeFormat(undefined, {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** The time of day, with the date unless it is today's. */
export function At({ at }: { at: string }): JSX.Element {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <span />;
  const isToday = date.toDateString() === new Date(clock.value).toDateString();
  return (
    <time dateTime={at} title={date.toLocaleString()}>
      {(isToday ? today : earlier).format(date)}
    </time>
  );
}
