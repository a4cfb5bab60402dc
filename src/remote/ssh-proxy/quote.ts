import { shellWord } from "../../system/shell-word.ts";

/** Quotes a command line as the value of `ProxyCommand`, where ssh expands `%h` and the like. */
export function proxyCommand(words: readonly string[]): string {
  return words.map(shellWord).join(" ").replaceAll("%", "%%");
}

/** Quotes a path as the value of a keyword that takes file names. */
export function configPath(path: string): string {
  return inQuotes(path.replaceAll("%", "%%"));
}

/**
 * Quotes a path as the value of `Include`, which takes patterns. Newer versions of ssh expand `%d` and `${HOME}` there and older ones
 * do not, so the pattern `?` is used for these characters.
 */
export function includePath(path: string): string {
  return inQuotes(path.replaceAll(/[*?[\]\\]/g, String.raw`\$&`).replaceAll(/[%$]/g, "?"));
}

function inQuotes(text: string): string {
  return /^[A-Za-z0-9_./:=@+-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
