import { plain } from "../../system/text.ts";
import { displayWidth, glue, glueQuoted, truncate, wrapLines } from "../terminal/width.ts";
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

/** The last two lines: what is typed or the last message, and the keys. */
export function footerLines({ mode, message, filter }: Picture, { columns, style }: Drawing): [string, string] {
  const dim = (text: string): string => style("dim", truncate(text, columns));
  const line = (label: string, text: string): string => {
    const short = truncate(label, Math.max(1, columns - 8));
    return `${style("bold", short)} ${typed(text, columns - displayWidth(short) - 2)}`;
  };
  switch (mode.kind) {
    case "filter":
      return [line("filter ›", mode.text), dim("⏎ keep   esc back")];
    case "send":
      return [line(`to ${truncate(plain(mode.session.name), 20)} ›`, mode.text), dim("⏎ send   esc back")];
    case "name":
      return [line("new session, name (⏎ a free one) ›", mode.text), dim("⏎ enter   esc back")];
    case "task":
      return [line("what to do (⏎ nothing yet) ›", mode.text), dim("⏎ start   esc back")];
    case "interrupt": {
      const what = `Stop what the agent in ${truncate(plain(mode.session.name), 30)} does now?`;
      return [style("yellow", truncate(what, columns)), dim("y yes   any other key no")];
    }
    default: {
      const shown = message ?? (filter === "" ? undefined : { text: `filter: ${filter}   esc: all sessions` });
      const tone = message?.tone;
      const [first = "", second] = wrapLines(wholeCommands(plain(shown?.text ?? "")), columns).map((part) => {
        const text = truncate(part, columns);
        return tone === undefined ? text : style(tone, text);
      });
      // A long message takes the place of the keys, until one is pressed.
      return [first, second ?? dim(keyLine(columns))];
    }
  }
}

/** A command at the end of a message, or one in quotes, is not broken, so that it can be copied. */
function wholeCommands(text: string): string {
  return glueQuoted(text.replace(/(?<=Next: )cowork [^`]*$/, glue));
}

/** The end of a text that is being typed, as much as fits, with a cursor. */
function typed(text: string, room: number): string {
  const spaces = / *$/.exec(text)?.[0] ?? "";
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
