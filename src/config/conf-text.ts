import { parse, safe, unsafe } from "ini";

// `.cowork.conf` as text. It is read with `ini`, but changed by editing only the key's own line, so that comments, order, unknown
// keys and line ends stay as the user wrote them.

const header = "# Configuration of cowork. `cowork config list` shows every key, its value and where it comes from.";

/** The keys before the first section. Sections are not used. */
export function parseConf(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const parsed: Record<string, unknown> = parse(withoutMark(text));
  for (const [key, value] of Object.entries(parsed)) {
    if (Array.isArray(value)) values[key] = value.map(String).join(" ");
    else if (typeof value !== "object" || value === null) values[key] = String(value);
  }
  return values;
}

/** @returns the text with `key` set, or without it when `value` is undefined; everything else untouched */
export function editConf(text: string, key: string, value: string | undefined): string {
  const lines = splitKeepingEnds(text === "" && value !== undefined ? `${header}\n` : text);
  const end = lines.findIndex((line) => /^\[[^\]]*\]\s*$/.test(line.body));
  const own = lines.slice(0, end === -1 ? undefined : end);
  const rest = end === -1 ? [] : lines.slice(end);
  const eol = lines.find((line) => line.end !== "")?.end ?? "\n";
  return join([...setIn(own, key, value, eol), ...rest]);
}

/** A line of its own, which is read as exactly this value. */
export function confLine(key: string, value: string): string {
  return `${key}=${encode(value)}`;
}

interface Line {
  body: string;
  end: string;
}

function setIn(lines: Line[], key: string, value: string | undefined, eol: string): Line[] {
  // The last line of a key counts. `key[]` lines add up, so they cannot be mixed with a plain one.
  const keys = lines.map((line) => keyOf(line.body));
  const places = lines.flatMap((_, index) => (keys[index] === key || keys[index] === `${key}[]` ? [index] : []));
  if (value === undefined) return lines.filter((_, index) => !places.includes(index));
  const place = places.at(-1);
  if (place === undefined) return append(lines, { body: confLine(key, value), end: eol }, eol);
  const isList = keys.includes(`${key}[]`);
  return lines.flatMap((line, index) => {
    if (index === place) return editLine(line, key, value, eol);
    return isList && places.includes(index) ? [] : [line];
  });
}

/** Inserts after the last line that is not blank, so that blank lines before a section are kept. */
function append(lines: Line[], added: Line, eol: string): Line[] {
  const last = lines.findLastIndex((line) => withoutMark(line.body).trim() !== "");
  const before = lines.slice(0, last + 1).map((line) => (line.end === "" ? { ...line, end: eol } : line));
  return [...before, added, ...lines.slice(last + 1).filter((line) => line.body !== "" || line.end !== "")];
}

/** Keeps indentation, the space around `=` and a comment after the value. */
function editLine(line: Line, key: string, value: string, eol: string): Line[] {
  const match = /^([^=]*?)(\s*=[ \t]*|\s*$)(.*)$/s.exec(line.body);
  const before = match?.[1] ?? key;
  const name = before.replace(/\[\](\s*)$/, "$1");
  const equals = match?.[2]?.includes("=") ? match[2] : "=";
  const comment = commentOf(match?.[3] ?? "");
  const encoded = encode(value);
  const body = `${name}${equals}${encoded}`;
  if (comment === "") return [{ body, end: line.end }];
  const together = `${body}${encoded === "" ? "" : " "}${comment}`;
  if (parseConf(together)[key] === value) return [{ body: together, end: line.end }];
  // A quoted value cannot have a comment after it: the comment moves to a separate line.
  return [
    { body: comment, end: eol },
    { body, end: line.end },
  ];
}

function commentOf(raw: string): string {
  const text = raw.trim();
  if (/^(".*"|'.*')$/s.test(text)) return "";
  const found = /(?<!\\)(?:\\\\)*([;#].*)$/s.exec(text);
  return found?.[1] ?? "";
}

/**
 * Encodes a value as `ini` does, but only if `ini` reads the same value back. It does not for a lone quote, a backslash before
 * `;`, or Unicode line separators; those are written as JSON.
 */
function encode(value: string): string {
  const simple = safe(value);
  if (unsafe(simple) === value && !/[\r\n\u2028\u2029]/.test(simple)) return simple;
  return JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

function keyOf(body: string): string | undefined {
  const text = withoutMark(body);
  if (/^\s*([;#]|$)/.test(text)) return undefined;
  // As in `ini`: without the flag `s`, a line with a Unicode line separator does not match.
  const match = /^([^=]+)(=.*)?$/.exec(text);
  return match?.[1] === undefined ? undefined : unsafe(match[1]);
}

/** Removes a byte order mark, which would become part of the first key. */
function withoutMark(text: string): string {
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function splitKeepingEnds(text: string): Line[] {
  const parts = text.split(/(\r\n|\n|\r)/);
  const lines: Line[] = [];
  for (let index = 0; index < parts.length; index += 2)
    lines.push({ body: parts[index] ?? "", end: parts[index + 1] ?? "" });
  if (lines.at(-1)?.body === "") lines.pop();
  return lines;
}

function join(lines: Line[]): string {
  return lines.map((line) => line.body + line.end).join("");
}
