import { expect, test } from "vitest";
import type { ConnectIo } from "../../../../src/session/session-host.ts";
import { readInside, shouldReportLogin } from "../../../../src/session/connect/login-note.ts";

const tty: ConnectIo["tty"] = { columns: 80, rows: 24, onResize: () => () => undefined };

test.each<[what: string, request: { command?: string[]; tmux: boolean }, terminal: boolean, reported: boolean]>([
  ["a command", { command: ["npm", "test"], tmux: false }, true, false],
  ["a command in a script", { command: ["npm", "test"], tmux: false }, false, false],
  ["the agent", { command: ["claude", "-p", "x"], tmux: false }, false, true],
  ["the agent by its path", { command: ["/opt/cowork/bin/claude"], tmux: false }, true, true],
  ["a shell", { tmux: false }, true, true],
  ["a shell in tmux, whose pane reports it", { tmux: true }, true, false],
  ["a script on stdin", { tmux: false }, false, false],
])("%s", (_what, request, terminal, reported) => {
  expect(shouldReportLogin({ agent: "claude" }, request, terminal ? { tty } : {})).toBe(reported);
});

test("in a shell of the session, the note says where to log in", () => {
  expect(readInside("not logged in: run `cowork auth login`")).toBe(
    "the agent is not logged in; on the host, run `cowork auth login`",
  );
  expect(readInside("another note")).toBe("another note");
});
