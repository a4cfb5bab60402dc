/**
 * Text that a repository, a container or a remote host wrote, made harmless for a terminal and a log: no escape
 * sequences, no control characters, nothing that turns the reading direction round.
 */

// ESC and C1 introducers with what belongs to them: OSC, DCS, SOS, PM, APC up to their end; CSI with its parameters; two-character
// escapes. A sequence that never ends is cut from its introducer on only as far as it can be one.
const sequences =
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[\u0030-\u003f]*[\u0020-\u002f]*[\u0040-\u007e]?|\u001b[\u0020-\u002f]*[\u0030-\u007e]?/g;

// What is left of C0 (tab and line ends are dealt with before), DEL, C1.
// oxlint-disable-next-line no-control-regex -- as above
const controls = /[\u0000-\u001f\u007f-\u009f]/g;

// Reading direction, invisible characters, line separators: they make a line look like another one.
const invisible =
  /[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;

/** One line without control characters: line ends inside it become a visible `\n`, tabs a space; the ends are trimmed. */
export function plain(text: string): string {
  // Nearly all text, and the expressions above take a millisecond to get ready.
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

/** The lines of a text, each without control characters; no empty lines at the end. Indentation stays. */
export function plainLines(text: string): string[] {
  const lines = text
    .toWellFormed()
    .replace(sequences, "")
    .split(/\r\n|\r|\n/);
  const clean = lines.map((line) => line.replaceAll("\t", "  ").replace(controls, "").replace(invisible, "").trimEnd());
  while (clean.at(-1) === "") clean.pop();
  return clean;
}
