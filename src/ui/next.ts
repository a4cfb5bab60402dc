import { renderHint, type HintPart } from "../hint.ts";
import { plain } from "../system/text.ts";
import type { Style } from "./style.ts";
import { glue, glueQuoted, wrapLines } from "./width.ts";

const labelWidth = "Next: ".length;

/**
 * The lines of a next step: `Next: …`, with one cowork command a line (`Then:` and `Or:` introduce the others). No command is
 * broken, so that it can be copied.
 * @param width columns for the lines, Infinity for no limit
 */
export function renderNext(
  { hint, next }: { hint?: string | undefined; next?: readonly HintPart[] | undefined },
  { width, style }: { width: number; style: Style },
): string[] {
  const steps = splitSteps(next ?? (hint === undefined ? [] : [hint]));
  return steps.flatMap(({ label, text }) => {
    const [first = "", ...more] = wrapLines(text, width - labelWidth);
    const title = style("bold", label) + " ".repeat(labelWidth - label.length);
    return [`${title}${first}`.trimEnd(), ...more.map((line) => " ".repeat(labelWidth) + line)];
  });
}

interface NextStep {
  label: "Next:" | "Then:" | "Or:" | "";
  text: string;
}

/** What ends a step in the text between two commands: `, then `, `; or `, ` and `, `; `, `, `. */
const separator = /^(.*?)(?:[,;.]?\s+(or|then|and)\b|[,;](?=\s))\s*(.*)$/;

/** Divides a hint into steps with one cowork command each. */
function splitSteps(parts: readonly HintPart[]): NextStep[] {
  const steps: NextStep[] = [{ label: "Next:", text: "" }];
  let hasCommand = false;
  let between = "";
  const add = (text: string): void => {
    const last = steps.at(-1);
    if (last !== undefined) last.text += text;
  };
  for (const part of parts) {
    if (typeof part === "string") {
      between += glueCommands(part);
      continue;
    }
    const [, before = between, word = "", after = ""] = hasCommand ? (separator.exec(between) ?? []) : [];
    add(before);
    if (hasCommand) steps.push({ label: word === "" ? "" : word === "or" ? "Or:" : "Then:", text: after });
    add(glue(plain(renderHint([part]))));
    hasCommand = true;
    between = "";
  }
  add(between);
  return steps.map(({ label, text }) => ({ label, text: plain(text) })).filter(({ text }) => text !== "");
}

/** Commands in text are in backquotes, or they are the whole text. */
function glueCommands(text: string): string {
  const isCommand = /^(?:cowork|docker|git|ssh|sudo|apt-get|cd) [^,;]*$/.test(text);
  return isCommand ? glue(text) : glueQuoted(text);
}
