import stringWidth from "string-width";

/** The number of columns of a text on a terminal: wide characters count two, combining ones and colour codes none. */
export function displayWidth(text: string): number {
  // Most texts of a list are such; `watch` measures some hundred every second.
  return /^[\x20-\x7E]*$/.test(text) ? text.length : stringWidth(text);
}

/** Cuts a text without colour codes to `width` columns; a text that was cut ends with `…`. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width <= 0) return "";
  let kept = "";
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    const next = displayWidth(segment);
    if (used + next > width - 1) break;
    kept += segment;
    used += next;
  }
  return `${kept}…`;
}

/** Pads with spaces to `width` columns; longer text is returned unchanged. */
export function pad(text: string, width: number, side: "left" | "right" = "right"): string {
  const missing = " ".repeat(Math.max(0, width - displayWidth(text)));
  return side === "right" ? text + missing : missing + text;
}

/** Stands for a space at which no line is broken. It has no meaning elsewhere: the private use area is free for such purposes. */
const fixedSpace = "\uE000";

/** Returns the text with spaces at which `wrapLines` does not break it: for commands. */
export function glue(text: string): string {
  return text.replaceAll(" ", fixedSpace);
}

/** Does so for the commands in a text, which are in backquotes. */
export function glueQuoted(text: string): string {
  return text.replaceAll(/`[^`]*`/g, glue);
}

/**
 * Breaks a text at spaces into lines that are not wider than `width`. A longer word (a path) is never broken, so that it can
 * be copied: its line is wider, and the terminal continues it.
 */
export function wrapLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    // Measured as it is shown: for a text with the other space, which is not ASCII, string-width would be loaded.
    if (line.trim() !== "" && displayWidth(unglue(longer)) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].map((one) => unglue(one).trimEnd());
}

function unglue(text: string): string {
  return text.replaceAll(fixedSpace, " ");
}
