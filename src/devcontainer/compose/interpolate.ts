/** Version of Compose's variable syntax: v1 does not expand defaults and does not know `+`. */
export type Dialect = "v1" | "v2";

/** Returns the value of a variable, or undefined if it is not set. */
export type Lookup = (name: string) => string | undefined;

export interface Scope {
  lookup: Lookup;
  dialect: Dialect;
  /** called for each variable that is not set and has no default */
  onUnset?: (name: string) => void;
}

/** Thrown for a text that Compose would refuse. */
export class InterpolationError extends Error {}

/**
 * Fills in the variables of a text as Compose does: `$NAME`, `${NAME}`, `${NAME:-default}`, `-`, `:?`, `?`, `:+`, `+`, and `$$` for
 * a dollar sign. cowork does it instead of Compose, so that all paths are known before a file is opened.
 * @throws InterpolationError
 */
export function interpolate(text: string, scope: Scope): string {
  let result = "";
  for (let at = 0; at < text.length;) {
    const dollar = text.indexOf("$", at);
    if (dollar === -1) return result + text.slice(at);
    result += text.slice(at, dollar);
    const [filled, end] = substitute(text, dollar, scope);
    result += filled;
    at = end;
  }
  return result;
}

/** Returns the replacement for the `$` at this index, and the index where the text continues. */
function substitute(text: string, dollar: number, scope: Scope): [string, number] {
  if (text[dollar + 1] === "$") return ["$", dollar + 2];
  const name = /^[A-Za-z_]\w*/.exec(text.slice(dollar + 1))?.[0];
  const { dialect } = scope;
  if (name !== undefined) return [valueOf(name, scope), dollar + 1 + name.length];
  const end = text[dollar + 1] === "{" ? closing(text, dollar + 2, dialect) : -1;
  if (end === -1) throw new InterpolationError(`the variable in ${JSON.stringify(text)} cannot be parsed`);
  const [, braced, operator = "", word = ""] =
    /^([A-Za-z_]\w*)(?:(:?[-?+])(.*))?$/s.exec(text.slice(dollar + 2, end)) ?? [];
  if (braced === undefined || (dialect === "v1" && operator.endsWith("+")))
    throw new InterpolationError(`the variable in ${JSON.stringify(text)} cannot be parsed`);
  return [braceValue({ name: braced, operator, word }, scope), end + 1];
}

function valueOf(name: string, { lookup, onUnset }: Scope): string {
  const value = lookup(name);
  if (value === undefined) onUnset?.(name);
  return value ?? "";
}

function braceValue({ name, operator, word }: { name: string; operator: string; word: string }, scope: Scope): string {
  if (operator === "") return valueOf(name, scope);
  const value = scope.lookup(name);
  const isSet = value !== undefined && (value !== "" || !operator.startsWith(":"));
  const filled = (): string => (scope.dialect === "v1" ? word : interpolate(word, scope));
  if (operator.endsWith("-")) return isSet ? value : filled();
  if (operator.endsWith("+")) return isSet ? filled() : "";
  if (operator.endsWith("?") && !isSet)
    throw new InterpolationError(`the variable ${name} is not set: ${filled() || name}`);
  return value ?? "";
}

/** Returns the index of the closing brace, or -1. In v1 it is the first brace; in v2 braces nest. */
function closing(text: string, from: number, dialect: Dialect): number {
  if (dialect === "v1") return text.indexOf("}", from);
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "$" && text[at + 1] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return at;
  }
  return -1;
}

/** Escapes a text, so that Compose finds no variable in it. */
export function literal(text: string): string {
  return text.replaceAll("$", () => "$$");
}

/** Returns the names of all variables in a text, including those within defaults. */
export function textVariables(text: string): string[] {
  return [...text.replaceAll("$$", "").matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = ""]) => name);
}
