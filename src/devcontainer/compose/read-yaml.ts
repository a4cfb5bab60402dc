import type { Document, Node, Pair, Scalar } from "yaml";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { entriesOf, type ComposeNode, type MapNode, type MergeTag, type ScalarNode } from "./compose-node.ts";

/** Aliases count each time that they are used: no file that somebody wrote comes near it. */
const mostNodes = 100_000;

/**
 * Reads one Compose file strictly: what two readers of YAML could take for two things is refused. Compose never sees the file
 * itself but what `renderNode` makes of the result, so that what is judged and what is used cannot differ.
 * @param path for messages
 * @returns undefined for an empty file
 * @throws DEVCONTAINER_INVALID
 */
export async function readYaml(bytes: Uint8Array, path: string): Promise<MapNode | undefined> {
  const text = decode(bytes, path);
  const { parseAllDocuments } = await import("yaml");
  const documents = parseAllDocuments(text, {
    schema: "failsafe",
    logLevel: "silent",
    uniqueKeys: (a, b) => textOf(a) === textOf(b) && !isMergeKey(a),
  });
  if (!Array.isArray(documents) || documents.length === 0) return undefined;
  const [document, ...more] = documents;
  if (document === undefined) return undefined;
  const [error] = documents.flatMap(({ errors }) => errors);
  if (error !== undefined)
    throw invalid(path, `cannot be read: ${(error.message.split("\n")[0] ?? "").replace(/:$/, "")}`);
  if (more.length > 0) throw invalid(path, "holds more than one YAML document, and cowork reads one");
  if (hasDirectives(document)) throw invalid(path, "begins with a YAML directive (%), and cowork knows none");
  if (document.contents === null) return undefined;
  const { isAlias, isMap, isScalar, isSeq } = await import("yaml");
  let count = 0;
  const convert = (node: Node | null, within: readonly Node[]): ComposeNode => {
    if (++count > mostNodes) throw invalid(path, "is larger, with its aliases, than a configuration is");
    if (node === null) return { kind: "scalar", text: "", plain: true };
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) throw invalid(path, `names an anchor *${node.source} that is not there`);
      if (within.includes(target)) throw invalid(path, `has an anchor *${node.source} that holds itself`);
      return convert(target, within);
    }
    const inside = [...within, node];
    if (isScalar(node)) return toScalar(node, path);
    if (isSeq(node)) {
      const tag = mergeTag(node.tag, "!!seq", path);
      return { kind: "list", items: node.items.map((item) => convert(item as Node | null, inside)), ...tag };
    }
    if (!isMap(node)) throw invalid(path, "holds something that is no text, list or map");
    const map: MapNode = { kind: "map", entries: new Map(), ...mergeTag(node.tag, "!!map", path) };
    const merged: ComposeNode[] = [];
    for (const { key, value } of node.items as Pair<Node | null, Node | null>[]) {
      if (!isScalar(key)) throw invalid(path, "has a key that is no text");
      const name = toScalar(key, path);
      const converted = convert(value, inside);
      if (isMergeKey(key)) merged.push(converted);
      else if (name.text === "<<") throw invalid(path, 'has a key "<<" in quotes, which programs read differently');
      else map.entries.set(name.text, { key: name, value: converted });
    }
    return merged.length === 0 ? map : mergeInto(map, merged, path);
  };
  const root = convert(document.contents, []);
  if (root.kind === "map") return root;
  if (root.kind === "scalar" && root.plain && root.text === "") return undefined;
  throw invalid(path, "is no Compose file");
}

/** Line ends that only some readers know, and what is no text at all. */
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const odd = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)/;

/**
 * A file of the configuration as text.
 * @throws DEVCONTAINER_INVALID for what is not UTF-8, and for control characters and line ends that readers disagree about
 */
export function decode(bytes: Uint8Array, path: string): string {
  let text: string;
  try {
    // A byte order mark at the beginning goes.
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid(path, "is no UTF-8 text");
  }
  const [found] = odd.exec(text) ?? [];
  if (found === undefined) return text;
  const line = text.slice(0, text.search(odd)).split("\n").length;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  throw invalid(path, `holds the character U+${code} in line ${line}, which programs read differently: remove it`);
}

function hasDirectives({ directives }: Document): boolean {
  if (directives === undefined) return false;
  return directives.yaml.explicit === true || Object.keys(directives.tags).length > 1;
}

function textOf(key: unknown): unknown {
  return (key as Scalar | null)?.value;
}

function isMergeKey(key: unknown): boolean {
  const { value, type, tag } = key as Scalar;
  return value === "<<" && (type === "PLAIN" || tag === "tag:yaml.org,2002:merge");
}

/** Tags that only say what a plain scalar would be anyway. */
const typed = new Set(
  ["int", "float", "bool", "null", "merge", "timestamp"].map((name) => `tag:yaml.org,2002:${name}`),
);

function toScalar(node: Scalar, path: string): ScalarNode {
  const text = typeof node.value === "string" ? node.value : "";
  const { tag } = node;
  const isPlain = node.type === "PLAIN" || node.type === undefined;
  if (tag === undefined) return { kind: "scalar", text, plain: isPlain };
  if (tag === "tag:yaml.org,2002:str" || tag === "!") return { kind: "scalar", text, plain: false };
  if (typed.has(tag)) return { kind: "scalar", text, plain: true };
  if (tag === "!reset" || tag === "!override") return { kind: "scalar", text, plain: isPlain, tag };
  throw invalid(path, `has the tag ${tag.replace(/^tag:yaml\.org,2002:/, "!!")}, which cowork does not know`);
}

function mergeTag(tag: string | undefined, own: "!!seq" | "!!map", path: string): { tag?: MergeTag } {
  if (tag === undefined || tag === own.replace("!!", "tag:yaml.org,2002:")) return {};
  if (tag === "!reset" || tag === "!override") return { tag };
  throw invalid(path, `has the tag ${tag.replace(/^tag:yaml\.org,2002:/, "!!")}, which cowork does not know`);
}

/** `<<`: what the map has itself wins, then the earlier of those that are merged into it. */
function mergeInto(map: MapNode, merged: readonly ComposeNode[], path: string): MapNode {
  const entries: MapNode["entries"] = new Map();
  for (const one of merged.flatMap((each) => (each.kind === "list" ? each.items : [each]))) {
    if (one.kind !== "map") throw invalid(path, "merges (<<) something that is no map");
    for (const [name, entry] of one.entries) if (!entries.has(name)) entries.set(name, entry);
  }
  for (const [name, entry] of map.entries) entries.set(name, entry);
  return { ...map, entries };
}

/** Does it hold the tag `!reset` or `!override` anywhere? */
export function findMergeTag(node: ComposeNode): MergeTag | undefined {
  if (node.tag !== undefined) return node.tag;
  const children = node.kind === "list" ? node.items : entriesOf(node).map(([, value]) => value);
  for (const one of children) {
    const found = findMergeTag(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function invalid(path: string, what: string, hint?: string): CoworkError {
  return new CoworkError(
    "DEVCONTAINER_INVALID",
    `${plain(path)} ${plain(what)}.`,
    hint === undefined ? undefined : { hint },
  );
}
