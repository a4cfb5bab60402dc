import { includePath } from "./quote.ts";

/**
 * A user's ssh configuration with our `Include` as its first line; undefined where it has it already. Below a `Host` or `Match`
 * it would count for those hosts only. All else stays as it is: `text` is the bytes of the file, one character each.
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

/** As bytes, one character each. */
export function includeLine(file: string): string {
  return Buffer.from(`Include ${includePath(file)}`).toString("latin1");
}
