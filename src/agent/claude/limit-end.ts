/**
 * When a usage limit ends, from the only place where a hook has it: `You've hit your limit · resets 3:22pm (UTC)`. Undefined for a
 * text in another form.
 * @param at time of the message, in ms since 1970
 * @returns ms since 1970
 */
export function limitEnd(message: string, at: number): number | undefined {
  const found = /resets (?:([A-Z][a-z]{2}) (\d{1,2}), )?(\d{1,2})(?::(\d{2}))? ?([ap])m \(([\w/+-]+)\)/.exec(message);
  if (found === null) return undefined;
  const [, month, day, hours = "", minutes = "0", half, zone = ""] = found;
  const offset = offsetOf(zone, at);
  if (offset === undefined) return undefined;
  const local = new Date(at + offset);
  const hour = (Number(hours) % 12) + (half === "p" ? 12 : 0);
  const named = month === undefined ? local.getUTCMonth() : months.indexOf(month);
  if (named < 0) return undefined;
  const date = day === undefined ? local.getUTCDate() : Number(day);
  const end = Date.UTC(local.getUTCFullYear(), named, date, hour, Number(minutes)) - offset;
  // Minutes are whole, so the end may seem to be just over.
  if (end > at - 60_000) return end;
  return day === undefined ? end + 24 * 60 * 60_000 : undefined;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Difference of a time zone to UTC, in ms. */
function offsetOf(zone: string, at: number): number | undefined {
  if (zone === "UTC") return 0;
  try {
    const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(at);
    const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours = "0", minutes = "0"] = /^GMT(?:([+-])(\d{2}):(\d{2}))?$/.exec(name) ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  } catch {
    return undefined;
  }
}
