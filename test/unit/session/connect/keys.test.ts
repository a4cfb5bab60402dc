import { expect, test } from "vitest";
import { followKeys, nothingTyped } from "../../../../src/session/connect/keys.ts";

const after = (...chunks: string[]): number => chunks.reduce(followKeys, nothingTyped).count;

test.each<[what: string, typed: boolean, ...chunks: string[]]>([
  ["nothing", false],
  ["letters", true, "h", "i"],
  ["letters of another script", true, "é"],
  ["a text that was sent", false, "hi", "\r"],
  ["a text after one that was sent", true, "hi", "\r", "x"],
  ["a text that was deleted with Ctrl-U", false, "hi", "\u0015"],
  ["a text that was given up with Ctrl-C", false, "hi", "\u0003"],
  ["a text that was deleted letter by letter", false, "hi", "\u007F", "\u007F"],
  ["a text of which a letter is left", true, "hi", "\u007F"],
  ["a backslash and Enter, which is a new line", true, "hi\\", "\r"],
  ["Alt and Enter, which is a new line", true, "\u001B\r"],
  ["a pasted text", true, "\u001B[200~one\rtwo\u001B[201~"],
  ["a pasted text that was sent", false, "\u001B[200~one\rtwo\u001B[201~", "\r"],
  ["a pasted text that arrives in pieces", true, "\u001B[200~on", "e\r", "\u001B[201~"],
  ["an earlier prompt that was recalled", true, "\u001B[A"],
  ["a completion", true, "\t"],
  ["a key that does nothing to the text", false, "\u001B[C", "\u001BOP", "\u001B[1;5D", "\u001Bb"],
  ["Esc", false, "\u001B"],
  ["reports of the terminal", false, "\u001B[?1;2c", "\u001B[I", "\u001B[<0;10;5M", "\u001B]11;rgb:0/0/0\u0007"],
  ["a report of its version", false, "\u001BP>|tmux 3.4\u001B\\"],
  ["a report that arrives in pieces", false, "\u001B[", "<0;10", ";5M"],
  ["Enter alone, which answers a question", false, "\r"],
])("%s is typed and not sent: %s", (_what, typed, ...chunks) => {
  expect(after(...chunks) > 0).toBe(typed);
});

test("what never ends is not kept", () => {
  const { rest } = followKeys(nothingTyped, `\u001B]0;${"x".repeat(10_000)}`);
  expect(rest.length).toBeLessThan(5000);
});
