import stringWidth from "string-width";

/** The number of columns of a text on a terminal: wide characters count two, combining ones and colour codes none. */
export function displayWidth(text: string): number {
  return stringWidth(text);
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

/**
 * Breaks lines at spaces so that none is wider than `width`. A longer word (a path) is broken at the line's end, not cut, so
 * that it can still be copied. Continuation lines get the indent.
 */
export function wrap(text: string, width: number, indent = ""): string {
  const room = Math.max(1, width - displayWidth(indent));
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((part) => broken(part, room))) {
    const longer = line.trim() === "" ? line + word : `${line} ${word}`;
    if (line.trim() !== "" && displayWidth(longer) > width) {
      lines.push(line.trimEnd());
      line = indent + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line.trimEnd()].join("\n");
}

function broken(word: string, width: number): string[] {
  if (displayWidth(word) <= width) return [word];
  const parts: string[] = [];
  let part = "";
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    if (part !== "" && displayWidth(part + segment) > width) {
      parts.push(part);
      part = "";
    }
    part += segment;
  }
  return [...parts, part];
}
