import type { Document, Node, Pair, Scalar } from "yaml";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { entriesOf, type ComposeNode, type MapNode, type MergeTag, type ScalarNode } from "./compose-node.ts";

/** Aliases count each time they are used. No real file comes close to this limit. */
const maxNodes = 100_000;

/**
 * Parses one Compose file strictly: refuses everything that two YAML parsers could read differently. Compose never sees the file
 * itself, only what `renderNode` makes of the result, so what is judged and what is used are the same.
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
    throw invalid(path, `cannot be parsed: ${(error.message.split("\n")[0] ?? "").replace(/:$/, "")}`);
  if (more.length > 0) throw invalid(path, "has more than one YAML document");
  if (hasDirectives(document)) throw invalid(path, "begins with a YAML directive (%), which cowork does not support");
  if (document.contents === null) return undefined;
  const { isAlias, isMap, isScalar, isSeq } = await import("yaml");
  let count = 0;
  const convert = (node: Node | null, within: readonly Node[]): ComposeNode => {
    if (++count > maxNodes) throw invalid(path, "is too large with its aliases expanded");
    if (node === null) return { kind: "scalar", text: "", plain: true };
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) throw invalid(path, `uses the anchor *${node.source}, which does not exist`);
      if (within.includes(target)) throw invalid(path, `has the anchor *${node.source}, which contains itself`);
      return convert(target, within);
    }
    const inside = [...within, node];
    if (isScalar(node)) return toScalar(node, path);
    if (isSeq(node)) {
      const tag = mergeTag(node.tag, "!!seq", path);
      return { kind: "list", items: node.items.map((item) => convert(item as Node | null, inside)), ...tag };
    }
    if (!isMap(node)) throw invalid(path, "contains something other than a string, list or map");
    const map: MapNode = { kind: "map", entries: new Map(), ...mergeTag(node.tag, "!!map", path) };
    const merged: ComposeNode[] = [];
    for (const { key, value } of node.items as Pair<Node | null, Node | null>[]) {
      if (!isScalar(key)) throw invalid(path, "has a key that is not a string");
      const name = toScalar(key, path);
      const converted = convert(value, inside);
      if (isMergeKey(key)) merged.push(converted);
      else if (name.text === "<<") throw invalid(path, 'has a key "<<" in quotes, which YAML parsers read differently');
      else map.entries.set(name.text, { key: name, value: converted });
    }
    return merged.length === 0 ? map : mergeInto(map, merged, path);
  };
  const root = convert(document.contents, []);
  if (root.kind === "map") return root;
  if (root.kind === "scalar" && root.plain && root.text === "") return undefined;
  throw invalid(path, "is not a Compose file");
}

/** Line ends that only some parsers recognize, and characters that are not allowed in text. */
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const invalidCharacters = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)/;

/**
 * Decodes a file of the configuration.
 * @throws DEVCONTAINER_INVALID if it is not UTF-8, or has control characters or line ends that parsers read differently
 */
export function decode(bytes: Uint8Array, path: string): string {
  let text: string;
  try {
    // A byte order mark at the beginning is removed.
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalid(path, "is not UTF-8 text");
  }
  const [found] = invalidCharacters.exec(text) ?? [];
  if (found === undefined) return text;
  const line = text.slice(0, text.search(invalidCharacters)).split("\n").length;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  throw invalid(path, `has the character U+${code} in line ${line}, which YAML parsers read differently: remove it`);
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

/** Tags for types that a plain scalar has anyway. */
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
  throw invalid(path, `has the tag ${tag.replace(/^tag:yaml\.org,2002:/, "!!")}, which cowork does not support`);
}

function mergeTag(tag: string | undefined, own: "!!seq" | "!!map", path: string): { tag?: MergeTag } {
  if (tag === undefined || tag === own.replace("!!", "tag:yaml.org,2002:")) return {};
  if (tag === "!reset" || tag === "!override") return { tag };
  throw invalid(path, `has the tag ${tag.replace(/^tag:yaml\.org,2002:/, "!!")}, which cowork does not support`);
}

/** `<<`: the map's own entries override merged ones, and earlier merged maps override later ones. */
function mergeInto(map: MapNode, merged: readonly ComposeNode[], path: string): MapNode {
  const entries: MapNode["entries"] = new Map();
  for (const one of merged.flatMap((each) => (each.kind === "list" ? each.items : [each]))) {
    if (one.kind !== "map") throw invalid(path, "merges (<<) something that is not a map");
    for (const [name, entry] of one.entries) if (!entries.has(name)) entries.set(name, entry);
  }
  for (const [name, entry] of map.entries) entries.set(name, entry);
  return { ...map, entries };
}

/** Finds a `!reset` or `!override` tag anywhere in the node. */
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
