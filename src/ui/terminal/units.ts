const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** `3 min ago`; empty for an invalid date. A date in the future (another host's clock) returns `just now`. */
export function ago(date: string, now: Date): string {
  const then = Date.parse(date);
  if (Number.isNaN(then)) return "";
  const past = now.getTime() - then;
  if (past < minute) return "just now";
  if (past < hour) return `${Math.floor(past / minute)} min ago`;
  if (past < day) return `${Math.floor(past / hour)} h ago`;
  const days = Math.floor(past / day);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

/** The same for a narrow column: `40s`, `3m`, `2h`, `9d`. */
export function age(date: string, now: Date): string {
  const past = Math.max(0, now.getTime() - Date.parse(date));
  if (Number.isNaN(past)) return "";
  if (past < minute) return `${Math.floor(past / 1000)}s`;
  if (past < hour) return `${Math.floor(past / minute)}m`;
  if (past < day) return `${Math.floor(past / hour)}h`;
  return `${Math.floor(past / day)}d`;
}

/** `0.4s`, `12.3s`, `2m 05s`, `4h 00m` */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const two = (count: number): string => String(count).padStart(2, "0");
  if (whole >= 3600) return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
}

/** `512 B`, `1.4 MB`, `12 GB`: powers of 1000, as disks and `docker` use them. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 9.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? ""}`;
}

/** `1 session`, `2 sessions` */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
