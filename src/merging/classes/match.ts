import type { Node } from "web-tree-sitter";
import type { NodePattern, Pattern } from "./patterns.ts";

/** The nodes that a pattern names, in its order. */
export type Captured = readonly { name: string; node: Node }[];

// Lists and not generators: there is nearly always one way or none, and for those a list takes half the time.
type Ways = readonly Captured[];
const [none, one]: readonly [Ways, Ways] = [[], [[]]];

/** Every way in which the node is what the pattern says, as tree-sitter's own queries find them. */
export function matches({ root, conditions }: Pattern, node: Node): Ways {
  const ways = matchNode(root, node);
  if (conditions.length === 0) return ways;
  return ways.filter((found) =>
    conditions.every(({ capture, values }) =>
      found.every(({ name, node: { text } }) => name !== capture || values.includes(text)),
    ),
  );
}

function matchNode(pattern: NodePattern, node: Node): Ways {
  const inner = matchInside(pattern, node);
  if (pattern.captures.length === 0 || inner.length === 0) return inner;
  const own = pattern.captures.map((name) => ({ name, node }));
  return inner.map((found) => [...own, ...found]);
}

function matchInside(pattern: NodePattern, node: Node): Ways {
  const { options, type, without, children } = pattern;
  if (options.length > 0) return options.flatMap((option) => matchNode(option, node));
  if (type === "_" ? !node.isNamed : node.type !== type) return none;
  if (without.some((field) => node.childForFieldName(field) !== null)) return none;
  return children.length === 0 ? one : matchChildren(children, 0, { parent: node, all: childrenOf(pattern, node) }, 0);
}

/** All children, if their order matters; those in a field are found without it. */
function childrenOf({ children }: NodePattern, node: Node): readonly Node[] {
  return children.some(({ field }) => field === undefined) ? node.namedChildren : [];
}

interface Place {
  parent: Node;
  all: readonly Node[];
}

/**
 * @param n the first of the patterns that is looked for
 * @param from the first of the children that it may be
 */
function matchChildren(patterns: readonly NodePattern[], n: number, place: Place, from: number): Ways {
  const [pattern, { parent, all }] = [patterns[n], place];
  if (pattern === undefined) return one;
  if (pattern.repeat === "*") {
    let after = from;
    for (let child = all[after]; child !== undefined && isMatch(pattern, child); child = all[after]) after += 1;
    return matchChildren(patterns, n + 1, place, after);
  }
  const ways: Captured[] = [];
  let isFound = false;
  const { field, anchored } = pattern;
  const children = field === undefined ? all : parent.childrenForFieldName(field);
  for (let at = field === undefined ? from : 0; at < children.length; at += 1) {
    const child = children[at];
    const own = child === undefined ? none : matchNode(pattern, child);
    if (own.length > 0) {
      isFound = true;
      const found = field === undefined ? at : all.findIndex(({ id }) => id === child?.id);
      const others = matchChildren(patterns, n + 1, place, found + 1);
      for (const mine of own) for (const other of others) ways.push(other.length === 0 ? mine : [...mine, ...other]);
    }
    if (anchored) break;
  }
  return !isFound && pattern.repeat === "?" ? matchChildren(patterns, n + 1, place, from) : ways;
}

function isMatch(pattern: NodePattern, node: Node): boolean {
  return matchNode(pattern, node).length > 0;
}
