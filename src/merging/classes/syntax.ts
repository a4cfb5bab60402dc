import type { Grammar } from "./grammars.ts";
import { matches, type Captured } from "./match.ts";

export interface Range {
  /** places in the text, the end not included */
  start: number;
  end: number;
}

/** Something that a query found in a file. */
export interface Capture extends Range {
  /** kind of an entity, or `import`, `ignore` (comments), `string` (text in which white space counts), `wrapper` (`export`, decorators) */
  role: string;
  lines: [first: number, last: number];
  name?: Range;
  owner?: Range;
  /** where an entity's signature ends */
  body?: Range;
}

export interface FileSyntax {
  captures: Capture[];
  broken: boolean;
}

const parts = new Set(["name", "owner", "body", "made"]);

/**
 * Parses one text. What an agent writes may be made to take long: it ends after `ms` of the clock `now`.
 * @returns undefined if it took longer
 * @throws if the parser broke; it cannot be used again then
 */
export function readSyntax(
  { parser, query, patterns }: Grammar,
  text: string,
  ms: number,
  now: () => number,
): FileSyntax | undefined {
  const end = now() + ms;
  // Typed as void, but a true value cancels.
  const progressCallback = ((): boolean => now() > end) as () => void;
  parser.reset();
  const tree = parser.parse(text, null, { progressCallback });
  if (tree === null) return undefined;
  try {
    const roots = query.matches(tree.rootNode, { progressCallback, matchLimit: 4096 });
    const captures: Capture[] = [];
    let asked = 0;
    for (const found of roots.flatMap(({ captures: [root], patternIndex }) =>
      root === undefined ? [] : [{ node: root.node, of: patterns[patternIndex] ?? [] }],
    )) {
      for (const pattern of found.of) for (const one of matches(pattern, found.node)) captures.push(...toCapture(one));
      // Asking for the time takes as long as finding one.
      if ((asked += 1) % 64 === 0 && now() > end) return undefined;
    }
    if (now() > end) return undefined;
    return { captures, broken: tree.rootNode.hasError };
  } finally {
    tree.delete();
  }
}

function toCapture(found: Captured): Capture[] {
  const whole = found.find(({ name }) => !parts.has(name));
  if (whole === undefined) return [];
  const { node } = whole;
  const range = (part: string): Range | undefined => {
    const at = found.find(({ name }) => name === part)?.node;
    return at && { start: at.startIndex, end: at.endIndex };
  };
  const [name, owner, body] = [range("name"), range("owner"), range("body")];
  return [
    {
      role: whole.name,
      start: node.startIndex,
      end: node.endIndex,
      lines: [node.startPosition.row, node.endPosition.row],
      ...(name && { name }),
      ...(owner && { owner }),
      ...(body && { body }),
    },
  ];
}
