import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { execa } from "execa";
import { expect, vi } from "vitest";

export interface TmuxTerminal {
  /** types text, or keys by their tmux names, such as `Enter` and `C-c` */
  type(...keys: string[]): Promise<void>;
  screen(): Promise<string>;
  /** waits until the screen matches */
  shows(what: RegExp | string): Promise<void>;
  /** types a line repeatedly until the screen matches: a resize does not travel with the input and may arrive after it */
  answers(line: string, what: RegExp | string): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** acts as closing the terminal's window: the programs in it get SIGHUP */
  close(): Promise<void>;
}

/** Opens a real terminal: a pane of a separate tmux server. Shows the command's exit code as `code=n`. */
export async function openTerminal(
  command: readonly string[],
  size: { columns: number; rows: number },
): Promise<TmuxTerminal> {
  const socket = join(tmpdir(), `cowork-test-${randomUUID()}`);
  const tmux = async (...args: string[]): Promise<string> =>
    (await execa("tmux", ["-S", socket, "-f", "/dev/null", ...args])).stdout;
  const script = '"$@"; echo "code=$?"; exec sleep 1000';
  const window = ["-x", String(size.columns), "-y", String(size.rows)];
  await tmux(
    "new-session",
    "-d",
    ...window,
    "--",
    "/bin/sh",
    "-c",
    script,
    "sh",
    ...command,
    ";",
    "set",
    "-g",
    "status",
    "off",
  );
  await tmux("resize-window", ...window);
  const screen = (): Promise<string> => tmux("capture-pane", "-p");
  const type = async (...keys: string[]): Promise<void> => void (await tmux("send-keys", ...keys));
  const shows = async (what: RegExp | string, timeout = 20_000): Promise<void> => {
    const expected = typeof what === "string" ? expect.stringContaining(what) : expect.stringMatching(what);
    await vi.waitFor(async () => expect(await screen()).toEqual(expected), { timeout, interval: 100 });
  };
  const answers = async (line: string, what: RegExp | string): Promise<void> => {
    const once = async (): Promise<void> => {
      await type(line, "Enter");
      await shows(what, 1000);
    };
    await vi.waitFor(once, { timeout: 20_000, interval: 100 });
  };
  return {
    type,
    screen,
    shows: (what) => shows(what),
    answers,
    resize: async (columns, rows) => void (await tmux("resize-window", "-x", String(columns), "-y", String(rows))),
    close: async () => {
      await execa("tmux", ["-S", socket, "kill-server"], { reject: false });
      await rm(socket, { force: true });
    },
  };
}
