// cowork's lines in a file of the user, between two comments. Pure functions on text.

/** Notes in the first comment, so that removing the block restores the file exactly. */
const notes = { newFile: " (new file)", noLineEnd: " (no line end before)" } as const;

const begin = (name: string, note = ""): string => `# >>> cowork setup: ${name}${note} >>>`;
const end = (name: string): string => `# <<< cowork setup: ${name} <<<`;

export interface Block {
  before: string;
  after: string;
  /** the text between the comments */
  lines: string;
  note: string;
}

/** The block of that name; undefined if it is missing or incomplete. */
export function findBlock(text: string, name: string): Block | undefined {
  const lines = text.split("\n");
  const all = ["", ...Object.values(notes)];
  const first = lines.findIndex((line) => all.some((note) => line === begin(name, note)));
  const last = lines.indexOf(end(name), first + 1);
  if (first === -1 || last === -1) return undefined;
  return {
    before: lines
      .slice(0, first)
      .map((line) => `${line}\n`)
      .join(""),
    after: lines.slice(last + 1).join("\n"),
    lines: lines.slice(first + 1, last).join("\n"),
    note: all.find((note) => lines[first] === begin(name, note)) ?? "",
  };
}

/** Adds the block at the end, or replaces the lines of the existing one. @param text undefined: the file does not exist */
export function withBlock(text: string | undefined, name: string, lines: string): string {
  const found = findBlock(text ?? "", name);
  const hasLineEnd = text === undefined || text === "" || text.endsWith("\n");
  const note = found?.note ?? (text === undefined ? notes.newFile : hasLineEnd ? "" : notes.noLineEnd);
  const before = found?.before ?? `${text ?? ""}${hasLineEnd ? "" : "\n"}`;
  return `${before}${begin(name, note)}\n${lines}\n${end(name)}\n${found?.after ?? ""}`;
}

/**
 * Removes the block. Returns undefined if the file was created for it and is otherwise empty. What the block notes passes to a block
 * that follows it at once, so that the file is restored whichever of them is removed last.
 */
export function withoutBlock(text: string, name: string): string | undefined {
  const found = findBlock(text, name);
  if (found === undefined) return text;
  const { before, after, note } = found;
  const next = /^# >>> cowork setup: ([a-z-]+) >>>(?=\n)/.exec(after);
  if (note !== "" && next !== null) return before + begin(next[1] ?? "", note) + after.slice(next[0].length);
  if (before + after === "" && note === notes.newFile) return undefined;
  return note === notes.noLineEnd && after === "" ? before.replace(/\n$/, "") : before + after;
}
