import { usageError } from "../../errors.ts";
import { plain } from "../../system/text.ts";

// Patterns as in a .gitignore, from the root of the repository. One parser decides for all uses: overlap, matching, and the
// expressions that the hook in a container gets.

/** One character of a part of a path: a literal one, any one, one of a set, or any number of any. */
type Token = { char: string } | { any: "one" | "many" } | { set: string; not: boolean };

/** A part between slashes; `deep`: any number of parts. */
type Part = "deep" | readonly Token[];

export interface Glob {
  text: string;
  parts: readonly Part[];
}

const maxLength = 300;

/**
 * Reads a pattern. A folder stands for everything below it; one without a slash matches at any depth.
 * @throws USAGE for an absolute path, `..`, a negation, and what cannot be a pattern
 */
export function parseGlob(text: string): Glob {
  const refuse = (why: string): never => {
    throw usageError(`\`${plain(text).slice(0, 100)}\` cannot be claimed: ${why}.`, "cowork claim <session> 'src/**'");
  };
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (text.trim() === "" || /[\u0000-\u001f\u007f\\]/.test(text)) return refuse("it is not a pattern of paths");
  if (text.length > maxLength) return refuse("it is too long");
  if (text.startsWith("!")) return refuse("a negation claims nothing");
  if (text.startsWith("/") || text.startsWith("~")) return refuse("name paths from the root of the repository");
  const words = text.replace(/^(?:\.\/)+/, "").split("/");
  const isFolder = words.at(-1) === "";
  const named = (isFolder ? words.slice(0, -1) : words).filter((word) => word !== ".");
  if (named.some((word) => word === "" || word === ".."))
    return refuse("it leads out of the repository, or has empty parts");
  if (named.length === 0) return { text, parts: ["deep"] };
  const parts = named.map((word): Part => (word === "**" ? "deep" : tokens(word)));
  // A folder stands for what is below it anyway.
  while (parts.length > 1 && parts.at(-1) === "deep") parts.pop();
  const anywhere = named.length === 1 && parts[0] !== "deep" && !isFolder ? (["deep"] as const) : [];
  return { text, parts: [...anywhere, ...parts] };
}

function tokens(word: string): Token[] {
  const found: Token[] = [];
  for (let at = 0; at < word.length; at += 1) {
    const char = word[at] ?? "";
    const [whole, not, set] = /^\[([!^]?)(\]?[^\]]*)\]/.exec(word.slice(at)) ?? [];
    if (char === "*") {
      if (!isMany(found.at(-1))) found.push({ any: "many" });
    } else if (char === "?") found.push({ any: "one" });
    else if (char === "[" && whole !== undefined && set !== undefined && set !== "") {
      found.push({ set: expand(set), not: not !== "" });
      at += whole.length - 1;
    } else found.push({ char });
  }
  return found;
}

function isMany(token: Token | undefined): boolean {
  return token !== undefined && "any" in token && token.any === "many";
}

/** `a-d` as `abcd`. */
function expand(set: string): string {
  return set.replace(/(.)-(.)/gs, (whole, from: string, to: string) => {
    const [first, last] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0];
    if (last < first || last - first > 255) return whole;
    return Array.from({ length: last - first + 1 }, (_, n) => String.fromCodePoint(first + n)).join("");
  });
}

/** Whether a pattern matches every path. */
export function matchesAll({ parts }: Glob): boolean {
  return parts.every((part) => part === "deep" || (part.length === 1 && isMany(part[0])));
}

/** A path, from the root of the repository: what is below a claimed folder counts too. */
export function globMatches({ parts }: Glob, path: string): boolean {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  const literal = names.map((name): Part => Array.from(name, (char) => ({ char })));
  return overlap(parts, literal, { below: [true, false] });
}

/** Whether a path can exist that both match, whether it exists now or not. */
export function globsOverlap(a: Glob, b: Glob): boolean {
  return overlap(a.parts, b.parts, { below: [true, true] });
}

/** @param options.below whether what lies below the end of each side counts */
function overlap(a: readonly Part[], b: readonly Part[], { below }: { below: readonly [boolean, boolean] }): boolean {
  const known = new Map<string, boolean>();
  const meet = (i: number, j: number): boolean => {
    const key = `${i} ${j}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = decide(i, j);
    known.set(key, result);
    return result;
  };
  const decide = (i: number, j: number): boolean => {
    const [one, other] = [a[i], b[j]];
    if (one === undefined && other === undefined) return true;
    if (one === undefined) return below[0] || (other === "deep" && meet(i, j + 1));
    if (other === undefined) return below[1] || (one === "deep" && meet(i + 1, j));
    if (one === "deep") return meet(i + 1, j) || meet(i, j + 1);
    if (other === "deep") return meet(i, j + 1) || meet(i + 1, j);
    return namesMeet(one, other) && meet(i + 1, j + 1);
  };
  return meet(0, 0);
}

/** Whether a name can exist that both match. */
function namesMeet(a: readonly Token[], b: readonly Token[]): boolean {
  const known = new Map<string, boolean>();
  const meet = (i: number, j: number): boolean => {
    const key = `${i} ${j}`;
    let result = known.get(key);
    if (result === undefined) known.set(key, (result = decide(i, j)));
    return result;
  };
  const decide = (i: number, j: number): boolean => {
    const [one, other] = [a[i], b[j]];
    if (one === undefined && other === undefined) return true;
    if (isMany(one)) return meet(i + 1, j) || (other !== undefined && meet(i, j + 1));
    if (isMany(other)) return meet(i, j + 1) || (one !== undefined && meet(i + 1, j));
    return one !== undefined && other !== undefined && charsMeet(one, other) && meet(i + 1, j + 1);
  };
  return meet(0, 0);
}

function charsMeet(a: Token, b: Token): boolean {
  if ("any" in a || "any" in b) return true;
  if ("char" in a) return allows(b, a.char);
  if ("char" in b) return allows(a, b.char);
  if (a.not || b.not) return true;
  return Array.from(a.set).some((char) => b.set.includes(char));
}

function allows(token: Token, char: string): boolean {
  if ("any" in token) return true;
  return "char" in token ? token.char === char : token.set.includes(char) !== token.not;
}

/** The pattern as an extended regular expression of POSIX, for a whole path. */
export function globExpression({ parts }: Glob): string {
  let expression = "^";
  for (const [n, part] of parts.entries()) {
    const isLast = n === parts.length - 1;
    if (part === "deep") expression += isLast ? ".*" : "(.*/)?";
    else expression += part.map(tokenExpression).join("") + (isLast ? "(/.*)?" : "/");
  }
  return `${expression}$`;
}

function tokenExpression(token: Token): string {
  if ("any" in token) return token.any === "many" ? "[^/]*" : "[^/]";
  if ("char" in token) return literal(token.char);
  return setExpression(token.set, token.not);
}

/** In brackets `]` must come first, `-` last, and `^` not first. */
function setExpression(set: string, not: boolean): string {
  const chars = new Set(Array.from(set).filter((char) => char !== "/"));
  const has = (char: string): string => (chars.has(char) ? char : "");
  const middle =
    Array.from(chars)
      .filter((char) => !"]^-".includes(char))
      .join("") + (not ? "/" : "");
  if (!not && middle === "" && !chars.has("]") && chars.has("^")) return chars.has("-") ? "[-^]" : literal("^");
  if (!not && chars.size === 0) return "[/]";
  return `[${not ? "^" : ""}${has("]")}${middle}${has("^")}${has("-")}]`;
}

function literal(char: string): string {
  if (char === "^") return String.raw`\^`;
  return /[.*+?()[\]{}|$]/.test(char) ? `[${char}]` : char;
}
