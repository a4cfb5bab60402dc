import type { Translate } from "../cli/cli-error.ts";

const position = /(parse error (?:on )?line )(\d+)/i;

/** How many lines come before ours in the file that the dev container CLI passes to the builder, the most likely number first. */
const before = [2, 1, 3, 0, 4, 5];

/**
 * The builder counts the lines of a file that the user never sees, because cowork and the dev container CLI add lines. This
 * translates line numbers in its messages to those of the user's file, and removes numbers that cannot be translated.
 * @param original as the user wrote it
 * @param rewritten with cowork's lines after FROM lines
 */
export function dockerfileTranslation(original: string, rewritten: string): Translate {
  return (words) => {
    const [whole, intro = "", number = ""] = position.exec(words) ?? [];
    if (whole === undefined) return words;
    const line = ownLine(original, rewritten, Number(number), words);
    const opener = hereDocument(original, line);
    if (opener !== undefined && /unknown instruction/i.test(words)) {
      return `here-document in line ${opener}`;
    }
    return line === undefined ? words.replace(`${whole}:`, "parse error:") : words.replace(whole, `${intro}${line}`);
  };
}

/** Numbers start at 1. */
function ownLine(original: string, rewritten: string, reported: number, words: string): number | undefined {
  const [, word] = /(?:unknown instruction|Unknown flag): ?(\S+)/i.exec(words) ?? /\b([A-Z]{3,})\b/.exec(words) ?? [];
  if (word === undefined) return undefined;
  const lines = rewritten.split(/\r?\n/);
  const numbers = originalNumbers(original, rewritten);
  for (const offset of before) {
    const at = reported - 1 - offset;
    const own = numbers.get(at);
    if (own !== undefined && lines[at]?.toLowerCase().includes(word.toLowerCase()) === true) return own;
  }
  return undefined;
}

/** Lines are only added or, at the end, removed. So a line that is not the next line of the original is ours. */
function originalNumbers(original: string, rewritten: string): Map<number, number> {
  const own = original.split(/\r?\n/);
  const numbers = new Map<number, number>();
  let next = 0;
  for (const [index, line] of rewritten.split(/\r?\n/).entries()) {
    if (line !== own[next]) continue;
    next += 1;
    numbers.set(index, next);
  }
  return numbers;
}

/** Returns the line that opens the here-document that contains the given line, if any. */
function hereDocument(text: string, line: number | undefined): number | undefined {
  const lines = text.split(/\r?\n/).slice(0, line === undefined ? undefined : line - 1);
  const at = lines.findLastIndex((one) => /^\s*(?:RUN|COPY|ADD)\b[^#]*<<-?\s*["']?\w/i.test(one));
  return at === -1 ? undefined : at + 1;
}
