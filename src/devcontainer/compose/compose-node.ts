/**
 * A Compose file as cowork reads it. Scalars keep their text: Compose gets the same text and decides what a plain scalar stands for
 * (`yes`, `3`, nothing). Anchors, aliases and merge keys are resolved.
 */
export type ComposeNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  kind: "scalar";
  text: string;
  /** written without quotes, so it may stand for a number, a boolean or null */
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
  /** by the text of the key */
  entries: Map<string, { key: ScalarNode; value: ComposeNode }>;
  tag?: MergeTag;
}

/** Compose v2: how a value is merged with the value from an earlier file. */
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

/** Is the value absent or null? */
export function isNothing(node: ComposeNode | undefined): boolean {
  return node === undefined || (node.kind === "scalar" && node.plain && /^(~|null|Null|NULL|)$/.test(node.text));
}

/** Returns the items of a list, or a single value as a list. */
export function itemsOf(node: ComposeNode | undefined): ComposeNode[] {
  if (node === undefined || isNothing(node)) return [];
  return node.kind === "list" ? node.items : [node];
}

/** Returns a copy of the map with the given entries changed, or removed if the value is undefined. */
export function withEntries(map: MapNode, changed: Readonly<Record<string, ComposeNode | undefined>>): MapNode {
  const entries = new Map(map.entries);
  for (const [name, value] of Object.entries(changed)) {
    if (value === undefined) entries.delete(name);
    else entries.set(name, { key: entries.get(name)?.key ?? scalar(name), value });
  }
  return { ...map, entries };
}

/** Returns a copy of the map with `change` applied to every value; undefined removes the entry. */
export function mapEntries(
  node: ComposeNode,
  change: (value: ComposeNode, name: string) => ComposeNode | undefined,
): ComposeNode {
  if (node.kind !== "map") return node;
  return withEntries(node, Object.fromEntries(entriesOf(node).map(([name, value]) => [name, change(value, name)])));
}

/** Texts that YAML may read as another type, and that mean the same within brackets. */
const maybeTyped = /^(?:[+-]?[\w.][\w.+-]*|~)$/;

/**
 * Renders YAML that all parsers read in the same way: one line of JSON, plus plain scalars that may be numbers and the like, and
 * Compose's tags. Everything that YAML or Compose could read differently is quoted.
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

/**
 * JSON is valid YAML, except for these characters: line ends, control characters and non-characters, which JSON allows in a text.
 */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
