/**
 * A Compose file as cowork reads it. Scalars keep their text: what a plain one stands for (`yes`, `3`, nothing) is left to Compose,
 * which is given the same text again. Anchors, aliases and merge keys are resolved.
 */
export type ComposeNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  kind: "scalar";
  text: string;
  /** written without quotes: it may stand for a number, a boolean or nothing */
  plain: boolean;
  tag?: MergeTag;
}

export interface ListNode {
  kind: "list";
  items: ComposeNode[];
  tag?: MergeTag;
}

export interface MapNode {
  kind: "map";
  /** by the text of their keys */
  entries: Map<string, { key: ScalarNode; value: ComposeNode }>;
  tag?: MergeTag;
}

/** Compose v2: how a value is merged with that of an earlier file. */
export type MergeTag = "!reset" | "!override";

export function scalar(text: string): ScalarNode {
  return { kind: "scalar", text, plain: false };
}

export function listNode(items: ComposeNode[]): ListNode {
  return { kind: "list", items };
}

export function entriesOf(node: ComposeNode | undefined): [string, ComposeNode][] {
  return node?.kind === "map" ? [...node.entries].map(([name, { value }]) => [name, value]) : [];
}

export function child(node: ComposeNode | undefined, name: string): ComposeNode | undefined {
  return node?.kind === "map" ? node.entries.get(name)?.value : undefined;
}

/** Nothing at all, also where it is written out. */
export function isNothing(node: ComposeNode | undefined): boolean {
  return node === undefined || (node.kind === "scalar" && node.plain && /^(~|null|Null|NULL|)$/.test(node.text));
}

/** One value or a list of them. */
export function itemsOf(node: ComposeNode | undefined): ComposeNode[] {
  if (node === undefined || isNothing(node)) return [];
  return node.kind === "list" ? node.items : [node];
}

/** The same map with entries set (or, where there is no value, left out). */
export function withEntries(map: MapNode, changed: Readonly<Record<string, ComposeNode | undefined>>): MapNode {
  const entries = new Map(map.entries);
  for (const [name, value] of Object.entries(changed)) {
    if (value === undefined) entries.delete(name);
    else entries.set(name, { key: entries.get(name)?.key ?? scalar(name), value });
  }
  return { ...map, entries };
}

/** The same map with every value put through `change`; undefined leaves the entry out. */
export function mapEntries(
  node: ComposeNode,
  change: (value: ComposeNode, name: string) => ComposeNode | undefined,
): ComposeNode {
  if (node.kind !== "map") return node;
  return withEntries(node, Object.fromEntries(entriesOf(node).map(([name, value]) => [name, change(value, name)])));
}

/** Texts that YAML may read as something else than a text, and that mean the same inside brackets. */
const maybeTyped = /^(?:[+-]?[\w.][\w.+-]*|~)$/;

/**
 * As YAML that every reader reads alike: one line of JSON, but for plain scalars that may be numbers and the like, and for the tags
 * of Compose. Whatever YAML or Compose could take for something else is quoted.
 */
export function renderNode(node: ComposeNode): string {
  const tag = node.tag === undefined ? "" : `${node.tag} `;
  if (node.kind === "list") return `${tag}[${node.items.map(renderNode).join(", ")}]`;
  if (node.kind === "map") {
    const entries = [...node.entries.values()].map(({ key, value }) => `${renderNode(key)}: ${renderNode(value)}`);
    return `${tag}{${entries.join(", ")}}`;
  }
  if (isNothing(node)) return `${tag}null`;
  return `${tag}${node.plain && maybeTyped.test(node.text) ? node.text : quoted(node.text)}`;
}

/** JSON is YAML but for these: line ends, controls and what is no character to YAML, nothing special to JSON. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
