// Variables in a FROM line, as the builder reads them: only ARGs before the first FROM apply there.

/**
 * Replaces `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}` and `${NAME:+other}`.
 * @returns undefined if the text has another form of variable
 */
export function expandVariables(
  text: string,
  lookup: (name: string) => string | undefined,
  escape = "\\",
): string | undefined {
  let result = "";
  let rest = text;
  while (rest !== "") {
    const [first = ""] = rest;
    if (first === escape && rest.length > 1) {
      result += rest[1];
      rest = rest.slice(2);
      continue;
    }
    if (first !== "$") {
      result += first;
      rest = rest.slice(1);
      continue;
    }
    const plainName = /^\$([A-Za-z_]\w*)/.exec(rest);
    const braced = /^\$\{([A-Za-z_]\w*)(?:(:?[-+])((?:[^{}]|\$\{[^{}]*\})*))?\}/.exec(rest);
    const match = plainName ?? braced;
    if (match === null) return undefined;
    const [whole, name = "", operator, word = ""] = match;
    const value = applyOperator(lookup(name), operator, word, lookup, escape);
    if (value === undefined) return undefined;
    result += value;
    rest = rest.slice(whole.length);
  }
  return result;
}

function applyOperator(
  value: string | undefined,
  operator: string | undefined,
  word: string,
  lookup: (name: string) => string | undefined,
  escape: string,
): string | undefined {
  if (operator === undefined) return value ?? "";
  const isSet = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  if (operator.endsWith("-")) return isSet ? value : expandVariables(word, lookup, escape);
  return isSet ? expandVariables(word, lookup, escape) : "";
}

export function unquote(text: string): string {
  const match = /^(["'])(.*)\1$/s.exec(text);
  return match?.[2] ?? text;
}
