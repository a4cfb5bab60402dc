export interface DiffLine {
  kind: "add" | "remove" | "same" | "note";
  text: string;
  before?: number;
  after?: number;
}

export interface DiffHunk {
  /** what git says after the line numbers, such as the function's name */
  heading: string;
  lines: DiffLine[];
}

export interface DiffFile {
  path: string;
  /** the earlier path, if it was moved or copied */
  from?: string;
  kind: "added" | "deleted" | "moved" | "changed";
  binary: boolean;
  added: number;
  removed: number;
  hunks: DiffHunk[];
}

/** Reads the output of `git diff`. Whatever it does not know it leaves out: the text comes from a session. */
export function parseDiff(text: string): DiffFile[] {
  const files: DiffFile[] = [];
  const lines = text.split("\n");
  let at = 0;
  while (at < lines.length) {
    if (lines[at]?.startsWith("diff --git ")) {
      const { file, next } = readFile(lines, at);
      files.push(file);
      at = next;
    } else {
      at += 1;
    }
  }
  return files;
}

function readFile(lines: readonly string[], start: number): { file: DiffFile; next: number } {
  const { path, from } = readHeadPaths(lines[start] ?? "");
  const file: DiffFile = { path, kind: "changed", binary: false, added: 0, removed: 0, hunks: [] };
  let before = from;
  let at = start + 1;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line.startsWith("diff --git ")) break;
    if (line.startsWith("@@ ")) {
      at = readHunk(lines, at, file) - 1;
      continue;
    }
    if (line.startsWith("new file")) file.kind = "added";
    else if (line.startsWith("deleted file")) file.kind = "deleted";
    else if (line.startsWith("rename from ") || line.startsWith("copy from ")) {
      file.kind = "moved";
      before = unquote(line.slice(line.indexOf("from ") + 5));
    } else if (line.startsWith("rename to ") || line.startsWith("copy to "))
      file.path = unquote(line.slice(line.indexOf("to ") + 3));
    else if (line.startsWith("Binary files ") || line === "GIT binary patch") file.binary = true;
    else if (line.startsWith("+++ ")) file.path = pathOf(line.slice(4)) ?? file.path;
    else if (line.startsWith("--- ")) before = pathOf(line.slice(4)) ?? before;
  }
  if (file.kind === "moved" && before !== undefined) file.from = before;
  return { file, next: at };
}

/** Reads one hunk by the counts of its head, so that a removed line `-- x` is not taken for a head. @returns the line after it */
function readHunk(lines: readonly string[], start: number, file: DiffFile): number {
  const head = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/.exec(lines[start] ?? "");
  if (head === null) return start + 1;
  const [, from, olds = "1", to, news = "1", heading = ""] = head;
  const hunk: DiffHunk = { heading, lines: [] };
  let [before, after, oldLeft, newLeft] = [Number(from), Number(to), Number(olds), Number(news)];
  let at = start + 1;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    const rest = line.slice(1);
    if (line.startsWith("\\")) hunk.lines.push({ kind: "note", text: rest.trim() });
    else if (oldLeft <= 0 && newLeft <= 0) break;
    else if (line.startsWith("+")) {
      hunk.lines.push({ kind: "add", text: rest, after });
      [after, newLeft, file.added] = [after + 1, newLeft - 1, file.added + 1];
    } else if (line.startsWith("-")) {
      hunk.lines.push({ kind: "remove", text: rest, before });
      [before, oldLeft, file.removed] = [before + 1, oldLeft - 1, file.removed + 1];
    } else if (line.startsWith(" ") || line === "") {
      hunk.lines.push({ kind: "same", text: rest, before, after });
      [before, after, oldLeft, newLeft] = [before + 1, after + 1, oldLeft - 1, newLeft - 1];
    } else break;
  }
  file.hunks.push(hunk);
  return at;
}

/** `diff --git a/x b/x`: both names are the same unless other lines say so, and only those name a path with spaces for certain. */
function readHeadPaths(line: string): { path: string; from: string } {
  const names = line.slice("diff --git ".length);
  const quoted = /^("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|.+)$/.exec(names);
  const half = names.slice(0, (names.length - 1) / 2);
  const isPair = names === `${half} b${half.slice(1)}`;
  const [first, second] = isPair ? [half, `b${half.slice(1)}`] : [quoted?.[1] ?? names, quoted?.[2] ?? names];
  return { path: pathOf(second) ?? second, from: pathOf(first) ?? first };
}

/** Without `a/` or `b/`; undefined for `/dev/null`. */
function pathOf(name: string): string | undefined {
  const path = unquote(name.replace(/\t$/, ""));
  return path === "/dev/null" ? undefined : path.replace(/^[a-z]\//, "");
}

/** git quotes names with special characters as C does, byte by byte. */
function unquote(name: string): string {
  if (!/^".*"$/s.test(name)) return name;
  const bytes: number[] = [];
  const escapes: Record<string, number> = { n: 10, t: 9, r: 13, a: 7, b: 8, f: 12, v: 11 };
  for (const [part, octal, letter] of name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|[^\\]/gsu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else if (letter !== undefined && escapes[letter] !== undefined) bytes.push(escapes[letter]);
    else bytes.push(...new TextEncoder().encode(letter ?? part));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
