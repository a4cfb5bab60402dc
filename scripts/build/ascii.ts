/**
 * esbuild leaves other characters in regular expressions as they are. A single one makes Node keep the whole text as two bytes
 * a character, which costs every command some 10 ms.
 */
export function ascii(code: string): string {
  const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return code.replaceAll(/[^\0-\x7f]/g, escaped);
}
