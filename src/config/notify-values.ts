import { isIP } from "node:net";
import { readDuration } from "./values.ts";

// Parsers for the values of the keys about notifications: each returns the parsed value, or undefined if it is invalid.

export const channelNames = ["desktop", "telegram", "ntfy", "slack", "discord", "webhook"] as const;

export type ChannelName = (typeof channelNames)[number];

/** Names of channels, separated by spaces or commas; `off`: none. */
export function readChannels(value: string): ChannelName[] | undefined {
  if (value === "off") return [];
  const words = value.split(/[\s,]+/).filter((word) => word !== "");
  const found = words.flatMap((word) => channelNames.find((name) => name === word) ?? []);
  return found.length === words.length && words.length > 0 ? [...new Set(found)] : undefined;
}

/** Ascending durations, separated by commas; `off`: none. @returns milliseconds */
export function readReminders(value: string): number[] | undefined {
  if (value === "off") return [];
  const times = value.split(/\s*,\s*/).map((part) => readDuration(part) ?? 0);
  const isAscending = times.every((time, n) => time > (times[n - 1] ?? 0));
  return isAscending && times.length <= 5 ? times : undefined;
}

/** Two times of the day, in minutes since midnight. `to` may be the next morning. */
export interface QuietHours {
  from: number;
  to: number;
}

/** As `22:00-07:00`, in local time. */
export function readQuietHours(value: string): QuietHours | undefined {
  const match = /^(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)$/.exec(value);
  if (match === null) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
  if (fromHour > 23 || toHour > 23 || fromMinute > 59 || toMinute > 59) return undefined;
  const [from, to] = [fromHour * 60 + fromMinute, toHour * 60 + toMinute];
  return from === to ? undefined : { from, to };
}

/**
 * An address of this machine itself, as it stands in a URL. The name `localhost` counts: the system resolves it to such an address,
 * which is checked again when the connection is made.
 */
export function isLoopbackName(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (isIP(name) === 4) return name.startsWith("127.");
  return name === "::1" || name === "localhost" || name.endsWith(".localhost");
}

/** An https URL; http only for this machine. Without a user, a password and a fragment. */
export function readServiceUrl(value: string): URL | undefined {
  if (value.length > 2_000 || !/^[\u0021-\u007e]+$/.test(value)) return undefined;
  const url = URL.parse(value);
  if (url === null || url.username !== "" || url.password !== "" || url.hash !== "") return undefined;
  if (url.protocol === "https:") return url;
  return url.protocol === "http:" && isLoopbackName(url.hostname) ? url : undefined;
}

/** Names or addresses of machines, separated by spaces. */
export function readMachines(value: string): string[] | undefined {
  const names = value
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((name) => name !== "");
  return names.every((name) => /^[a-z0-9.:_-]{1,253}$/.test(name)) ? names : undefined;
}
