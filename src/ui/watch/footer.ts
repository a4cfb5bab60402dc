import { plain } from "../../system/text.ts";
import { displayWidth, truncate } from "../width.ts";
import type { Drawing, Picture } from "./types.ts";

/** Keys by how soon they are left out on a narrow screen. */
const keys: readonly { text: string; drop: number }[] = [
  { text: "a answer", drop: 0 },
  { text: "o open", drop: 2 },
  { text: "s send", drop: 3 },
  { text: "l log", drop: 4 },
  { text: "d diff", drop: 5 },
  { text: "p pull", drop: 6 },
  { text: "i interrupt", drop: 9 },
  { text: "n new", drop: 7 },
  { text: "/ filter", drop: 8 },
  { text: "? help", drop: 0 },
  { text: "q quit", drop: 1 },
];

/** The last two lines: what is typed or was said last, and the keys. */
export function footerLines({ mode, message, filter }: Picture, { columns, style }: Drawing): [string, string] {
  const line = (label: string, text: string): string => `${style("bold", label)} ${typed(text, columns, label)}`;
  const back = style("dim", "⏎ enter   esc back");
  switch (mode.kind) {
    case "filter":
      return [line("filter ›", mode.text), style("dim", "⏎ keep   esc back")];
    case "send":
      return [line(`to ${truncate(plain(mode.session.name), 20)} ›`, mode.text), style("dim", "⏎ send   esc back")];
    case "name":
      return [line("new session, name (⏎ a free one) ›", mode.text), back];
    case "task":
      return [line("what to do (⏎ nothing yet) ›", mode.text), back];
    case "interrupt": {
      const what = `Stop what the agent in ${truncate(plain(mode.session.name), 30)} does now?`;
      return [style("yellow", truncate(what, columns)), style("dim", "y yes   any other key no")];
    }
    default: {
      const shown = message ?? (filter === "" ? undefined : { text: `filter: ${filter}   esc: all sessions` });
      const text = truncate(plain(shown?.text ?? ""), columns);
      const tone = message?.tone;
      return [tone === undefined ? text : style(tone, text), style("dim", keyLine(columns))];
    }
  }
}

/** The end of a text that is being typed, as much as fits, with a cursor. */
function typed(text: string, columns: number, label: string): string {
  const spaces = / *$/.exec(text)?.[0] ?? "";
  const room = Math.max(4, columns - displayWidth(label) - 3);
  const parts = [...new Intl.Segmenter().segment(plain(text) + spaces)].map(({ segment }) => segment);
  let [at, used] = [parts.length, 0];
  while (at > 0 && used + displayWidth(parts[at - 1] ?? "") <= room) {
    at -= 1;
    used += displayWidth(parts[at] ?? "");
  }
  return `${parts.slice(at).join("")}▏`;
}

function keyLine(columns: number): string {
  let shown = [...keys];
  const text = (): string => shown.map((one) => one.text).join("  ");
  while (displayWidth(text()) > columns && shown.length > 1) {
    const most = Math.max(...shown.map(({ drop }) => drop));
    shown = shown.filter(({ drop }, n) => drop !== most || (most === 0 && n > 0));
  }
  return truncate(text(), columns);
}
