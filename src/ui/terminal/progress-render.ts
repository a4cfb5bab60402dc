import type { ProgressEvent, Step } from "../../events.ts";
import { plain } from "../../system/text.ts";
import type { ProgressRow, ProgressRows } from "./progress-model.ts";
import type { Style } from "./style.ts";
import { duration } from "./units.ts";
import { displayWidth, pad, truncate } from "./width.ts";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** The steps that are a session's last one. */
const last: ReadonlySet<Step> = new Set(["ready", "stop", "start", "remove"]);

/** The label for work that does not belong to a single session. */
const wholeCommand = "cowork";

/** One line per session, for a terminal that can redraw them. `tick` advances the spinner. */
export function renderLive(
  rows: ProgressRows,
  options: { now: number; tick: number; width: number; style: Style },
): string {
  const names = Math.max(0, ...[...rows.keys()].map((name) => displayWidth(plain(name || wholeCommand))));
  const steps = Math.max(0, ...[...rows.values()].map(({ step }) => step.length));
  return [...rows.values()].map((row) => liveLine(row, { ...options, names, steps })).join("\n");
}

function liveLine(
  row: ProgressRow,
  options: { now: number; tick: number; width: number; style: Style; names: number; steps: number },
): string {
  const { style } = options;
  const time = duration((isOver(row) ? (row.ended ?? options.now) : options.now) - row.begun);
  const head = `${pad(plain(row.session || wholeCommand), options.names)}  ${pad(row.step, options.steps)}`;
  // Two columns for mark and space, two gaps of two, and the time. One column stays free so that no terminal wraps.
  const room = options.width - 1 - 2 - displayWidth(head) - 4 - time.length;
  const detail = room > 3 ? truncate(row.detail, room) : "";
  const line = detail === "" ? `${head}  ${style("dim", time)}` : `${head}  ${style("dim", time)}  ${detail}`;
  return `${mark(row, options.tick, style)} ${line}`;
}

function mark(row: ProgressRow, tick: number, style: Style): string {
  if (isOver(row) && row.state === "done") return style("green", "✔");
  if (row.state === "failed") return style("red", "✖");
  return style("cyan", frames[tick % frames.length] ?? "");
}

function isOver(row: ProgressRow): boolean {
  return row.state === "failed" || (row.state === "done" && (row.session === "" || last.has(row.step)));
}

/**
 * One line for an event, for output that is not a terminal: `a  container  done (1.2s)`. A start without a detail and the end
 * of setting up the agent have no line, which keeps logs short.
 */
export function renderPlain(event: ProgressEvent, row: ProgressRow | undefined): string | undefined {
  const detail = event.detail === undefined ? "" : plain(event.detail);
  const name = plain(event.session || wholeCommand);
  // What `connect` reports before the shell or the command starts: a note, not progress.
  if (event.step === "start" && event.state === "note") return detail === "" ? undefined : `note: ${name}: ${detail}`;
  // Part of starting, which has its own line.
  if (event.step === "agent" && event.state === "done") return undefined;
  const head = `${name}  ${event.step}`;
  if (event.state === "start" || event.state === "note") return detail === "" ? undefined : `${head}  ${detail}`;
  const time = row === undefined ? "" : ` (${duration((row.ended ?? row.stepBegun) - row.stepBegun)})`;
  return `${head}  ${event.state}${time}${detail === "" ? "" : `  ${detail}`}`;
}
