/** Characters that a browser shows as nothing, or that change the order in which others are read. Line ends and tabs stay. */
const unseen = /[\p{Cc}\p{Cf}\p{DI}\p{Zl}\p{Zp}\u2800\u3164\uffa0]|(?! )\p{Zs}/gu;

/** A stretch of text, or one character that would not be seen, as the mark that is shown for it. */
export interface Span {
  text: string;
  mark?: true;
}

/**
 * Splits a text so that no character in it goes unseen: control, bidirectional and zero-width characters, fillers and spaces that
 * are not the usual one become marks such as `U+202E`.
 */
export function visibleSpans(text: string): Span[] {
  const spans: Span[] = [];
  let end = 0;
  const known = text.toWellFormed();
  for (const { 0: character, index } of known.matchAll(unseen)) {
    if (character === "\n" || character === "\t") continue;
    if (index > end) spans.push({ text: known.slice(end, index) });
    spans.push({ text: nameOf(character), mark: true });
    end = index + character.length;
  }
  if (end < known.length) spans.push({ text: known.slice(end) });
  return spans;
}

/** Removes what would not be seen: for names and other text on one line. */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\n\t]+/g, " ")
    .replaceAll(escapes, "")
    .replaceAll(unseen, "")
    .trim();
}

// The colours of terminals, and their other sequences.
const escapes =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /\u001b(?:\[[\u0030-\u003f]*[\u0020-\u002f]*[\u0040-\u007e]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[\u0030-\u007e])/g;

/** Removes the colours of terminals from lines, and keeps line ends. */
export function withoutColours(text: string): string {
  return text.includes("\u001b") ? text.replaceAll(escapes, "") : text;
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
