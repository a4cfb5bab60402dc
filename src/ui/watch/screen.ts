import { emitKeypressEvents, type Interface, type Key as NodeKey } from "node:readline";
import type { Key } from "../../app/watch/types.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Size } from "./types.ts";

/** The whole terminal, as long as the watching person does not do something else with it. */
export interface Screen {
  size(): Size;
  /** Shows the lines, which must fit. Only what has changed is written. */
  draw(lines: readonly string[]): void;
  /** Draws everything again with the next `draw`. */
  clear(): void;
  /** Gives the terminal to `work` and takes it back afterwards. What is typed in the first moment then is dropped. */
  away<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

export interface ScreenEvents {
  onKey: (key: Key) => void;
  onResize: () => void;
  /** the terminal is gone */
  onEnd: () => void;
}

// Another screen, no cursor, pasted text is marked as such; and back. https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
const enter = "\u001B[?1049h\u001B[?25l\u001B[?2004h\u001B[2J\u001B[H";
const leave = "\u001B[?2004l\u001B[?25h\u001B[?1049l";
const erase = "\u001B[2J\u001B[H";
/** Time tells a lone Esc from the start of a longer sequence. */
const escapeMs = 50;
/** Keys that were meant for what was on the terminal before. */
const settleMs = 300;

/** Takes the terminal: shows the other screen and reads keys. `close` must be called in every case. */
export async function openScreen(terminal: Terminal, events: ScreenEvents): Promise<Screen> {
  const { createLogUpdate } = await import("log-update");
  const { stdin, stdout } = terminal.streams as unknown as {
    stdin: NodeJS.ReadStream;
    stdout: NodeJS.WriteStream;
  };
  let update = createLogUpdate(stdout, { showCursor: true });
  let last: string | undefined;
  let isOpen = false;
  let isDone = false;
  let others = 0;
  let readyAt = 0;
  const readKey = keyReader((key) => {
    if (performance.now() >= readyAt) events.onKey(key);
  });
  emitKeypressEvents(stdin, { escapeCodeTimeout: escapeMs } as unknown as Interface);
  const reset = (): void => {
    last = undefined;
    update = createLogUpdate(stdout, { showCursor: true });
  };
  const resized = (): void => {
    stdout.write(erase);
    reset();
    events.onResize();
  };
  const open = (wait: number): void => {
    if (isOpen || isDone) return;
    isOpen = true;
    readyAt = performance.now() + wait;
    stdin.setRawMode?.(true);
    stdin.on("keypress", readKey);
    stdin.on("end", events.onEnd);
    stdout.on("resize", resized);
    stdin.resume();
    stdout.write(enter);
    reset();
  };
  const pause = (): void => {
    if (!isOpen) return;
    isOpen = false;
    stdin.off("keypress", readKey);
    stdin.off("end", events.onEnd);
    stdout.off("resize", resized);
    stdin.pause();
    stdin.setRawMode?.(false);
    stdout.write(leave);
  };
  open(0);
  return {
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    draw: (lines) => {
      const text = lines.join("\n");
      if (!isOpen || text === last) return;
      last = text;
      update(text);
    },
    clear: () => {
      if (!isOpen) return;
      stdout.write(erase);
      reset();
    },
    away: async (work) => {
      // Another one may have it already: it comes back when the last one is done.
      others += 1;
      pause();
      try {
        return await work();
      } finally {
        others -= 1;
        if (others === 0) {
          open(settleMs);
          events.onResize();
        }
      }
    },
    close: () => {
      isDone = true;
      pause();
    },
  };
}

/** Keys as Node reads them, with what is pasted marked. */
function keyReader(onKey: (key: Key) => void): (text: string | undefined, key: NodeKey) => void {
  let pasted = false;
  return (text, { name = "", ctrl = false, meta = false, sequence = "" }) => {
    if (name === "paste-start" || name === "paste-end") {
      pasted = name === "paste-start";
      return;
    }
    // Alt and a key, and sequences that Node does not know, type nothing.
    const typed = meta || ctrl || sequence.startsWith("\u001B") ? "" : (text ?? "");
    if (meta && name !== "escape") return;
    onKey({ name, text: typed, ctrl, pasted });
  };
}
