import { usualAgent } from "../../contract/usual-agent.ts";
import type { JsonObject } from "../../contract/common.ts";
import type { SessionEvent } from "../../contract/work/history.ts";
import { plain } from "../../system/text.ts";
import type { Style, Tone } from "../terminal/style.ts";
import { pad, truncate } from "../terminal/width.ts";

/** Types in words; others are shown as they are. */
const words: Partial<Record<string, { text: string; tone?: Tone }>> = {
  "agent.started": { text: "agent started" },
  "agent.working": { text: "agent works", tone: "green" },
  "agent.tool": { text: "agent uses" },
  "agent.waiting": { text: "agent waits", tone: "yellow" },
  "agent.idle": { text: "agent is idle" },
  "agent.failed": { text: "agent failed", tone: "red" },
  "agent.ended": { text: "agent ended" },
  "agent.interrupted": { text: "agent interrupted" },
  "run.created": { text: "run created" },
  "run.started": { text: "run started", tone: "green" },
  "run.waiting": { text: "run waits", tone: "yellow" },
  "run.limit": { text: "run waits for the usage limit", tone: "yellow" },
  "run.stalled": { text: "run is silent", tone: "yellow" },
  "run.budget": { text: "run spent much of its budget", tone: "yellow" },
  "run.time": { text: "run used much of its time", tone: "yellow" },
  "run.resumed": { text: "run goes on", tone: "green" },
  "run.ended": { text: "run ended", tone: "bold" },
  "approval.asked": { text: "approval asked", tone: "yellow" },
  "approval.shown": { text: "approval shown" },
  "approval.answered": { text: "approval answered" },
  "approval.retired": { text: "approval retired" },
  "prompt.sent": { text: "prompt sent" },
  "conflict.found": { text: "conflict found with", tone: "red" },
  "conflict.gone": { text: "conflict gone with", tone: "green" },
  "session.merged": { text: "work merged into", tone: "green" },
  "event.dropped": { text: "reports dropped", tone: "red" },
};

/** Values of an event's data that are shown, in this order. */
const shown = [
  "agent",
  "with",
  "class",
  "run",
  "id",
  "tool",
  "state",
  "reason",
  "decision",
  "by",
  "through",
  "count",
  "percent",
  "cost",
];

export interface EventLines {
  /** events of several projects, or of other machines, say which */
  allProjects: boolean;
  now: Date;
  width: number;
  style: Style;
}

/** One line: when, which session, what, and details. Never wider than the terminal. */
export function renderEvent(event: SessionEvent, { allProjects, now, width, style }: EventLines): string {
  const { text, tone } = words[event.type] ?? { text: plain(event.type) };
  const session = allProjects && event.project !== "" ? `${event.project}/${event.session}` : event.session;
  const where = event.host === "local" ? session : `${session}@${event.host}`;
  const when = clockTime(event.at, now);
  const room = width - when.length - 2;
  const name = pad(plain(where), Math.min(16, Math.floor(room / 3)));
  const line = `${name}  ${text}`;
  const details = detailOf(event.data);
  const full = details === "" ? line : `${line}: ${details}`;
  const cut = truncate(full, room);
  const rest = cut.startsWith(line)
    ? `${name}  ${tone === undefined ? text : style(tone, text)}${cut.slice(line.length)}`
    : cut;
  return `${style("dim", when)}  ${rest}`;
}

function detailOf(data: JsonObject): string {
  const { detail } = data;
  const parts = shown.flatMap((key) => {
    const value = data[key];
    if (key === "agent" && value === usualAgent) return [];
    // The text before it says what it is.
    if (key === "with" && typeof value === "string") return plain(value.slice(0, 200));
    return value === undefined || typeof value === "object" ? [] : plain(`${key}=${String(value).slice(0, 200)}`);
  });
  const texts = [...(typeof detail === "string" ? [plain(detail.slice(0, 2000))] : []), ...parts];
  return texts.filter((one) => one !== "").join("  ");
}

/** `14:02:11` today, else `2026-03-01 14:02:11`, by this machine's clock. */
export function clockTime(at: string, now: Date): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "--:--:--";
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  if (date.toDateString() === now.toDateString()) return time;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}
