/**
 * Sanitizes text of a repository, a container or a remote host for terminals and logs: removes escape sequences, control
 * characters and characters that change the reading direction.
 */

// Escape sequences: OSC, DCS, SOS, PM and APC up to their terminator; CSI with its parameters; two-character escapes. An
// unterminated sequence is removed only as far as it matches.
const sequences =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[\u0030-\u003f]*[\u0020-\u002f]*[\u0040-\u007e]?|\u001b[\u0020-\u002f]*[\u0030-\u007e]?/g;

// The rest of C0 (tabs and newlines are replaced before), DEL, C1.
// oxlint-disable-next-line no-control-regex -- as above
const controls = /[\u0000-\u001f\u007f-\u009f]/g;

// Reading direction, invisible characters, line separators: they can make a line look like a different one.
const invisible =
  /[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

/** Returns one line without control characters: newlines become a visible `\n`, tabs a space; trimmed. */
export function plain(text: string): string {
  // The usual case. Compiling the expressions above takes a millisecond.
  if (/^[\u0020-\u007e]*$/.test(text)) return text.trim();
  return text
    .toWellFormed()
    .replace(sequences, "")
    .trim()
    .replace(/\r\n|\r|\n/g, "\\n")
    .replaceAll("\t", " ")
    .replace(controls, "")
    .replace(invisible, "")
    .trim();
}

/** Longer than any path, name or message of cowork, in characters. */
const maxText = 10_000;

/** `plain` for text that another machine sent, cut to 10,000 characters: more is never shown. */
export function plainPart(text: string): string {
  return plain(text.slice(0, maxText));
}

/** `plainPart` for a text that other texts follow or precede, such as a part of a hint: a space at an end is kept. */
export function plainSpan(text: string): string {
  const cut = text.slice(0, maxText);
  const inner = plain(cut);
  const [before, after] = [cut.startsWith(" ") ? " " : "", cut.endsWith(" ") ? " " : ""];
  return inner === "" ? before : before + inner + after;
}

/** Returns the lines of a text without control characters and without empty lines at the end. Keeps indentation. */
export function plainLines(text: string): string[] {
  const lines = text
    .toWellFormed()
    .replace(sequences, "")
    .split(/\r\n|\r|\n/);
  const clean = lines.map((line) => line.replaceAll("\t", "  ").replace(controls, "").replace(invisible, "").trimEnd());
  while (clean.at(-1) === "") clean.pop();
  return clean;
}

/** Replaces control, format and separator characters by visible ones, so that a file's content cannot control the terminal. */
export function visible(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    if (character === "\n" || character === "\t") return character;
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? "␡" : `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}

/** The first line that is not blank; empty without one. */
export function firstLine(text: string): string {
  return (
    text
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? ""
  );
}
