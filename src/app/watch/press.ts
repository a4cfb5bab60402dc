import { editText } from "./edit-text.ts";
import { filtered, moved, selectedRow, touched, type Rows } from "./rows.ts";
import type { Key, Mode, Pressed } from "./types.ts";

// What a key does on the screen of `cowork watch`. Pure: what has to be done outside of the screen is returned.

/** @param page number of rows in view */
export function press(rows: Rows, mode: Mode, key: Key, { now, page }: { now: number; page: number }): Pressed {
  if (key.ctrl && key.name === "c") return { rows, mode, effect: { do: "quit" } };
  if (key.ctrl && key.name === "l") return { rows, mode, effect: { do: "redraw" } };
  const list: Mode = { kind: "list" };
  if (mode.kind === "list") return key.pasted ? { rows, mode } : inList(touched(rows, now), key, { now, page });
  if (mode.kind === "help") return { rows, mode: key.pasted ? mode : list };
  if (mode.kind === "interrupt") {
    if (key.pasted) return { rows, mode };
    const { session } = mode;
    return key.name === "y" ? { rows, mode: list, effect: { do: "interrupt", session } } : { rows, mode: list };
  }
  if (key.name === "escape") {
    return { rows: mode.kind === "filter" ? filtered(rows, mode.before, now) : rows, mode: list };
  }
  if (key.name === "return" && !key.pasted) return entered(rows, mode);
  const text = editText(mode.text, key, { lines: mode.kind === "send" || mode.kind === "task" });
  if (mode.kind !== "filter") return { rows, mode: { ...mode, text } };
  return { rows: filtered(rows, text, now), mode: { ...mode, text } };
}

function inList(rows: Rows, key: Key, { now, page }: { now: number; page: number }): Pressed {
  const mode: Mode = { kind: "list" };
  const session = selectedRow(rows);
  const by = key.ctrl ? undefined : (movements(page)[key.text] ?? movements(page)[key.name]);
  if (by !== undefined) return { rows: moved(rows, by, now), mode };
  if (key.ctrl) return { rows, mode };
  if (key.name === "escape") return { rows: filtered(rows, "", now), mode };
  if (key.text === "?") return { rows, mode: { kind: "help" } };
  if (key.text === "/") return { rows, mode: { kind: "filter", text: rows.filter, before: rows.filter } };
  if (key.text === "q") return { rows, mode, effect: { do: "quit" } };
  if (key.text === "a") return { rows, mode, effect: { do: "answer", session } };
  if (key.text === "n") return { rows, mode: { kind: "name", text: "", session } };
  if (session === undefined) return { rows, mode };
  if (key.text === "s") return { rows, mode: { kind: "send", text: "", session } };
  if (key.text === "i") return { rows, mode: { kind: "interrupt", session } };
  const command = commands[key.text];
  return command === undefined ? { rows, mode } : { rows, mode, effect: { do: command, session } };
}

const commands: Partial<Record<string, "open" | "log" | "diff" | "pull">> = {
  o: "open",
  l: "log",
  d: "diff",
  p: "pull",
};

function movements(page: number): Partial<Record<string, number | "first" | "last">> {
  const move = { up: -1, k: -1, down: 1, j: 1, pageup: 1 - page, pagedown: page - 1 };
  return { ...move, home: "first", g: "first", end: "last", G: "last" };
}

function entered(rows: Rows, mode: Exclude<Mode, { kind: "list" | "help" | "interrupt" }>): Pressed {
  const list: Mode = { kind: "list" };
  const text = mode.text.trim();
  if (mode.kind === "filter") return { rows, mode: list };
  if (mode.kind === "name") return { rows, mode: { ...mode, kind: "task", text: "", name: text } };
  if (mode.kind === "task") {
    const { session, name } = mode;
    return { rows, mode: list, effect: { do: "new", session, name, task: text } };
  }
  if (text === "") return { rows, mode: list };
  return { rows, mode: list, effect: { do: "send", session: mode.session, text } };
}
