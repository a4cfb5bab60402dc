import { includePath } from "./quote.ts";

/**
 * Adds cowork's `Include` as the first line of a user's ssh configuration; undefined if it already has the line. Below a `Host` or
 * `Match` it would apply to those hosts only. Nothing else is changed: `text` has one character per byte of the file.
 */
export function addInclude(text: string, file: string): string | undefined {
  const line = includeLine(file);
  for (const one of text.split("\n").map((raw) => raw.trim())) {
    if (/^(host|match)[\s=]/i.test(one)) break;
    if (one === line) return undefined;
  }
  const end = /^[^\n]*\r\n/.test(text) ? "\r\n" : "\n";
  return `${line}${end}${text}`;
}

/** The line, with one character per byte. */
export function includeLine(file: string): string {
  return Buffer.from(`Include ${includePath(file)}`).toString("latin1");
}
