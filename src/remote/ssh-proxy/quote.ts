import { shellWord } from "../../system/shell-word.ts";

/** A command line as the value of `ProxyCommand`: ssh replaces `%h` and the like in it. */
export function proxyCommand(words: readonly string[]): string {
  return words.map(shellWord).join(" ").replaceAll("%", "%%");
}

/** A path as the value of a keyword that takes file names. */
export function configPath(path: string): string {
  return inQuotes(path.replaceAll("%", "%%"));
}

/**
 * A path as the value of `Include`, which takes patterns. Newer versions of ssh replace `%d` and `${HOME}` there and older ones do
 * not: a `?` stands for the character with all of them.
 */
export function includePath(path: string): string {
  return inQuotes(path.replaceAll(/[*?[\]\\]/g, String.raw`\$&`).replaceAll(/[%$]/g, "?"));
}

function inQuotes(text: string): string {
  return /^[A-Za-z0-9_./:=@+-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
