import { renderHint, type HintPart } from "../../hint.ts";
import { plain } from "../../system/text.ts";
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

/** What ends a step in the text between two commands: `, then `, `. Then `, `, or `, ` and `, `, `. */
const separator = /^(.*?)(?:[,.]?\s+(or|then|and)\s+|,\s+)(.*)$/i;

/** Divides a hint into steps with one cowork command each. A semicolon always ends a step. */
function splitSteps(parts: readonly HintPart[]): NextStep[] {
  const steps: NextStep[] = [];
  const add = (label: NextStep["label"], text: string): void => void steps.push({ label, text });
  // The current step: its command with the text before, and the text after it.
  let label: NextStep["label"] = "Next:";
  let done = "";
  let rest = "";
  const end = (text: string, next: NextStep["label"]): void => {
    add(label, done + text);
    [label, done, rest] = [next, "", ""];
  };
  for (const part of joinTexts(parts)) {
    if (typeof part !== "string") {
      const [, before = rest, word, after = ""] = done === "" ? [] : (separator.exec(rest) ?? []);
      if (done !== "") {
        end(before, labelOf(word));
        rest = after;
      }
      done = rest + glue(plain(renderHint([part])));
      rest = "";
      continue;
    }
    const [first = "", ...more] = glueCommands(part).split(/;\s+/);
    rest += first;
    for (const text of more) {
      const [, word, after = ""] = /^(?:(or|then|and)\s+)?(.*)$/.exec(text) ?? [];
      end(rest, labelOf(word));
      rest = after;
    }
  }
  end(rest, "");
  return steps.map((step) => ({ ...step, text: plain(step.text) })).filter(({ text }) => text !== "");
}

function labelOf(word: string | undefined): NextStep["label"] {
  if (word === undefined) return "";
  return word.toLowerCase() === "or" ? "Or:" : "Then:";
}

function joinTexts(parts: readonly HintPart[]): HintPart[] {
  const joined: HintPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === "string" && typeof last === "string") joined.splice(-1, 1, last + part);
    else joined.push(part);
  }
  return joined;
}

/** Commands in text are in backquotes, or they are the whole text. */
function glueCommands(text: string): string {
  const isCommand = /^(?:cowork|docker|git|ssh|sudo|apt-get|cd) [^,;]*$/.test(text);
  return isCommand ? glue(text) : glueQuoted(text);
}
