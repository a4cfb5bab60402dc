import type { ProgressEvent, Report } from "../../events.ts";
import { applyEvent, type ProgressRows } from "./progress-model.ts";
import { renderLive, renderPlain } from "./progress-render.ts";
import type { Terminal } from "./terminal.ts";

const hideCursor = "\u001B[?25l";
const showCursor = "\u001B[?25h";

/** Shows progress on stderr. */
export interface Progress {
  report: Report;
  /** Hides the live lines while something else (a question) needs the terminal. */
  pauseFor<T>(work: () => Promise<T>): Promise<T>;
  /** Ends the display. Live lines are erased, because the command's result replaces them. */
  stop(): void;
}

/** @param now milliseconds, on any clock */
export async function createProgress(terminal: Terminal, now: () => number): Promise<Progress> {
  return terminal.isLive ? await liveProgress(terminal, now) : plainProgress(terminal, now);
}

/** Shows nothing: for commands that answer at once. */
export function silentProgress(): Progress {
  return { report: () => {}, pauseFor: async (work) => await work(), stop: () => {} };
}

function plainProgress(terminal: Terminal, now: () => number): Progress {
  let rows: ProgressRows = new Map();
  const report = (event: ProgressEvent): void => {
    rows = applyEvent(rows, event, now());
    const line = renderPlain(event, rows.get(event.session));
    if (line !== undefined) terminal.err(line);
  };
  return { ...silentProgress(), report };
}

async function liveProgress(terminal: Terminal, now: () => number): Promise<Progress> {
  const { createLogUpdate } = await import("log-update");
  const { stderr } = terminal.streams;
  // The cursor is hidden here, because log-update would write the escape sequence to the process's own stderr.
  const update = createLogUpdate(stderr as NodeJS.WriteStream, { showCursor: true });
  let rows: ProgressRows = new Map();
  let timer: NodeJS.Timeout | undefined;
  let paused = 0;
  let stopped = false;
  let tick = 0;

  const draw = (): void => {
    if (paused > 0) return;
    tick += 1;
    const width = stderr.columns ?? terminal.errWidth;
    update(renderLive(rows, { now: now(), tick, width, style: terminal.errStyle }));
  };
  const report = (event: ProgressEvent): void => {
    if (stopped) return;
    rows = applyEvent(rows, event, now());
    if (timer === undefined) {
      stderr.write(hideCursor);
      timer = setInterval(draw, 80).unref();
    }
    draw();
  };
  const pauseFor = async <T>(work: () => Promise<T>): Promise<T> => {
    paused += 1;
    update.clear();
    if (timer !== undefined) stderr.write(showCursor);
    try {
      return await work();
    } finally {
      paused -= 1;
      if (timer !== undefined) stderr.write(hideCursor);
      if (rows.size > 0) draw();
    }
  };
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    paused += 1;
    clearInterval(timer);
    update.clear();
    if (timer !== undefined) stderr.write(showCursor);
  };
  return { report, pauseFor, stop };
}
