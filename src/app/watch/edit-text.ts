import type { Key } from "./types.ts";

/** Longest text that can be typed. A longer one is better sent from a file. */
const maxText = 16 * 1024;

/** The text after a key press. @param lines it may have several lines: pasted line ends are kept, otherwise they are spaces */
export function editText(text: string, key: Key, { lines }: { lines: boolean }): string {
  if (key.name === "backspace") return withoutLast(text);
  if (key.ctrl && key.name === "u") return "";
  if (key.ctrl && key.name === "w") return text.replace(/\S*\s*$/u, "");
  if (key.ctrl) return text;
  const end = lines ? "\n" : " ";
  const typed = key.name === "return" || key.name === "enter" ? end : key.name === "tab" ? " " : key.text;
  const clean = typed === "\n" ? typed : typed.replaceAll(/[\p{Cc}\p{Cf}]/gu, "");
  return text.length + clean.length > maxText ? text : text + clean;
}

function withoutLast(text: string): string {
  const parts = [...new Intl.Segmenter().segment(text)];
  return parts
    .slice(0, -1)
    .map(({ segment }) => segment)
    .join("");
}
