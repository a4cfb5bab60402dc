import type { MuteChange } from "../../app/notify/mute.ts";
import type { NotifyStatus } from "../../app/notify/status.ts";
import { plain } from "../../system/text.ts";
import { minute } from "../agents/agent-state.ts";

/** What `cowork notify` shows. */
export function renderNotify({ active, channels, details, remindMs, quiet, muted }: NotifyStatus): string {
  if (channels.length === 0) return ["Messages: off", ...mutedLines(muted), "  Next: cowork setup"].join("\n");
  const each = channels.map(({ name, deliveredAt, problem }) => {
    if (problem !== undefined) return `${name}: ${plain(problem)}`;
    return deliveredAt === undefined ? `${name}: nothing sent yet` : `${name}: last message ${minute(deliveredAt)}`;
  });
  return [
    ...each,
    `What the agent wants to do is ${details ? "" : "not "}in messages.`,
    `Reminders: ${remindMs.length === 0 ? "off" : remindMs.map(duration).join(", ")}`,
    ...(quiet === null ? [] : [`Quiet: ${time(quiet.from)} to ${time(quiet.to)}`]),
    ...mutedLines(muted),
    ...(active ? [] : ["Nothing sends messages now but runs: cowork serve does it for all sessions."]),
  ].join("\n");
}

/** One line about what `mute` or `unmute` did. */
export function renderMuted({ session, muted, until }: MuteChange): string {
  if (!muted) return `Messages about ${plain(session)} are sent again.`;
  const name = plain(session);
  if (until !== undefined) return `No messages about ${name} until ${minute(until)}.`;
  return `No messages about ${name} any more.\n  Next: cowork notify unmute ${name}`;
}

function mutedLines(muted: NotifyStatus["muted"]): string[] {
  return muted.map(({ project, session, host, until }) => {
    const where = host === "local" ? "" : `@${plain(host)}`;
    return `Muted: ${plain(project)}/${plain(session)}${where}${until === undefined ? "" : ` until ${minute(until)}`}`;
  });
}

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes % 60 === 0 && minutes > 0 ? `${minutes / 60}h` : minutes > 0 ? `${minutes}m` : `${ms / 1000}s`;
}

function time(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
