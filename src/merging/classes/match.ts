import type { Node } from "web-tree-sitter";
import type { NodePattern, Pattern } from "./patterns.ts";

/** The nodes that a pattern names, in its order. */
export type Captured = readonly { name: string; node: Node }[];

/** Every way in which the node is what the pattern says, as tree-sitter's own queries find them. */
export function* matches({ root, conditions }: Pattern, node: Node): Generator<Captured> {
  for (const found of matchNode(root, node)) {
    const isMet = conditions.every(({ capture, values }) =>
      found.every((one) => one.name !== capture || values.includes(one.node.text)),
    );
    if (isMet) yield found;
  }
}

function* matchNode(pattern: NodePattern, node: Node): Generator<Captured> {
  const own = pattern.captures.map((name) => ({ name, node }));
  if (pattern.options.length > 0) {
    for (const option of pattern.options) for (const inner of matchNode(option, node)) yield [...own, ...inner];
    return;
  }
  if (pattern.type === "_" ? !node.isNamed : node.type !== pattern.type) return;
  if (pattern.without.some((field) => node.childForFieldName(field) !== null)) return;
  for (const inner of matchChildren(pattern.children, node, childrenOf(pattern, node), 0)) yield [...own, ...inner];
}

/** All children, if their order matters; those in a field are found without it. */
function childrenOf({ children }: NodePattern, node: Node): readonly Node[] {
  return children.some(({ field }) => field === undefined) ? node.namedChildren : [];
}

/** @param from the first of `all` that the next pattern may be */
function* matchChildren(
  [pattern, ...rest]: readonly NodePattern[],
  parent: Node,
  all: readonly Node[],
  from: number,
): Generator<Captured> {
  if (pattern === undefined) {
    yield [];
    return;
  }
  if (pattern.repeat === "*") {
    let after = from;
    for (let child = all[after]; child !== undefined && isMatch(pattern, child); child = all[after]) after += 1;
    yield* matchChildren(rest, parent, all, after);
    return;
  }
  let isFound = false;
  for (const { child, at } of candidates(pattern, parent, all, from)) {
    for (const own of matchNode(pattern, child)) {
      isFound = true;
      for (const others of matchChildren(rest, parent, all, at + 1)) yield [...own, ...others];
    }
    if (pattern.anchored) break;
  }
  if (!isFound && pattern.repeat === "?") yield* matchChildren(rest, parent, all, from);
}

function* candidates(
  { field }: NodePattern,
  parent: Node,
  all: readonly Node[],
  from: number,
): Generator<{ child: Node; at: number }> {
  if (field !== undefined) {
    for (const child of parent.childrenForFieldName(field))
      yield { child, at: all.findIndex(({ id }) => id === child.id) };
    return;
  }
  for (let at = from; at < all.length; at += 1) {
    const child = all[at];
    if (child !== undefined) yield { child, at };
  }
}

function isMatch(pattern: NodePattern, node: Node): boolean {
  return matchNode(pattern, node).next().done !== true;
}
