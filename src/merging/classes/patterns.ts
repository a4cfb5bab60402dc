/** What a node has to be, as tree-sitter's queries say it. */
export interface NodePattern {
  /** `_` is any node that has a name in the grammar */
  type: string;
  /** instead of a type: any of these */
  options: readonly NodePattern[];
  /** the field of the parent that it is in */
  field: string | undefined;
  /** it follows the one before, or is the first, without another in between */
  anchored: boolean;
  repeat: "" | "?" | "*";
  captures: readonly string[];
  children: readonly NodePattern[];
  /** fields that are empty */
  without: readonly string[];
}

/** A pattern with its conditions: the text of a capture is one of these. */
export interface Pattern {
  root: NodePattern;
  conditions: readonly { capture: string; values: readonly string[] }[];
}

type Reading = { tokens: readonly string[]; at: number; conditions: { capture: string; values: string[] }[] };

/** Parses the part of tree-sitter's query language that the queries here use. Throws on anything else. */
export function parsePatterns(text: string): Pattern[] {
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[()[\].?*]|[@!#]?[A-Za-z_][\w.-]*[:?]?/g)].map(
    ([token]) => token,
  );
  const all: Pattern[] = [];
  for (let at = 0; at < tokens.length;) {
    const reading: Reading = { tokens, at, conditions: [] };
    all.push({ root: readPattern(reading), conditions: reading.conditions });
    at = reading.at;
  }
  return all;
}

function readPattern(reading: Reading): NodePattern {
  const field = peek(reading).endsWith(":") ? next(reading).slice(0, -1) : undefined;
  const open = next(reading);
  const isChoice = open === "[";
  if (!isChoice && open !== "(") throw new Error(`${open} is not the start of a pattern`);
  const type = isChoice ? "" : next(reading);
  const [inside, without]: [NodePattern[], string[]] = [[], []];
  let anchored = false;
  for (let token = peek(reading); token !== (isChoice ? "]" : ")"); token = peek(reading)) {
    if (token === ".") [anchored] = [true, next(reading)];
    else if (token.startsWith("!")) without.push(next(reading).slice(1));
    else if (reading.tokens[reading.at + 1]?.startsWith("#") === true) readCondition(reading);
    else {
      inside.push({ ...readPattern(reading), anchored });
      anchored = false;
    }
  }
  next(reading);
  const repeat = /^[?*]$/.test(peek(reading)) ? (next(reading) as "?" | "*") : "";
  const captures: string[] = [];
  while (peek(reading).startsWith("@")) captures.push(next(reading).slice(1));
  const [options, children] = isChoice ? [inside, []] : [[], inside];
  return { type, options, field, anchored: false, repeat, captures, children, without };
}

function readCondition(reading: Reading): void {
  next(reading);
  const [name, capture] = [next(reading), next(reading)];
  if (name !== "#any-of?") throw new Error(`${name} is not known`);
  const values: string[] = [];
  for (let token = next(reading); token !== ")"; token = next(reading)) values.push(token.slice(1, -1));
  reading.conditions.push({ capture: capture.slice(1), values });
}

const peek = ({ tokens, at }: Reading): string => tokens[at] ?? "";

function next(reading: Reading): string {
  const token = reading.tokens[reading.at];
  if (token === undefined) throw new Error("a pattern has no end");
  reading.at += 1;
  return token;
}
