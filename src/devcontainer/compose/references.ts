import { homedir } from "node:os";
import { posix } from "node:path";
import type { Finding } from "../../events.ts";
import { readRegularFile } from "../../system/files/files.ts";
import { maxConfigBytes } from "../source/source-limits.ts";
import { joinTree, treeFolder } from "../source/tree-path.ts";
import type { ConfigSource } from "../types.ts";
import {
  child,
  isNothing,
  itemsOf,
  listNode,
  scalar,
  withEntries,
  type ComposeNode,
  type MapNode,
} from "./compose-node.ts";
import { literal } from "./interpolate.ts";
import { invalid } from "./read-yaml.ts";
import type { ComposeInputs, ReadOptions } from "./compose-inputs.ts";

/** Resolves the paths in one Compose file. */
export interface References {
  /** path of the Compose file in the source */
  path: string;
  base: string;
  dialect: ReadOptions["dialect"];
  inputs: ComposeInputs;
  /**
   * Checks that a Compose file exists. Returns false if it is missing but may still be copied in: then nothing more is known now.
   */
  isThere(path: string, shown: string): Promise<boolean>;
  /** Returns a path inside the repository, from a text without variables. Throws for a path that leads out of it. */
  inTree(node: ComposeNode, what: string): string;
  /** Returns the path of a file that Compose reads values from, as Compose will find it, or undefined if it is left out. */
  dataFile(node: ComposeNode, what: string): Promise<ComposeNode | undefined>;
  /** Returns a path in the tree as it has to be written in this file. */
  write(path: string): ComposeNode;
}

type Request = ReadOptions & { base: string; path: string; files: Set<string>; inputs: ComposeInputs };

export function createReferences(source: ConfigSource, request: Request): References {
  const { base, path, files, inputs, tree, verdict, agreed, mayCome, missingHint, env, dialect } = request;
  const missing = (file: string, what: string): void => {
    if (!mayCome(file)) throw invalid(`${what}: the file ${file}`, `is not in ${source.describe}`, missingHint(file));
    if (!inputs.missing.includes(file)) inputs.missing.push(file);
  };
  /** Resolves a text in which `$$` stands for `$`. `found` is undefined for an absolute path outside the tree. */
  const locate = (node: ComposeNode, what: string): { text: string; found: string | undefined } => {
    if (node.kind !== "scalar") throw invalid(`${path}: ${what}`, "is not a string");
    const text = node.text.replaceAll("$$", () => "$");
    if (/[\p{Cc}\u2028\u2029]/u.test(text) || text.length > maxLength)
      throw invalid(`${path}: ${what}`, "is not a valid path");
    if (isRemote(text))
      throw invalid(`${path}: ${what} ${text}`, "is not on this machine; cowork does not download Compose files");
    if (text === tree || text.startsWith(`${tree}/`)) return { text, found: joinTree("", posix.relative(tree, text)) };
    const found = joinTree(base, text);
    if (found === undefined && !text.startsWith("/"))
      throw invalid(`${path}: ${what} ${text}`, "is outside the repository");
    return { text, found: text === "~" || text.startsWith("~") ? undefined : found };
  };
  const write = (file: string): ComposeNode => {
    const relative = posix.relative(`/${base}`, `/${file}`);
    return scalar(literal(relative.startsWith("../") || relative === ".." ? relative : `./${relative}`));
  };
  const keep = (bytes: Uint8Array): ComposeNode => {
    const name = `${inputs.dataFiles.size}`;
    inputs.dataFiles.set(name, bytes);
    const up = base === "" ? 1 : base.split("/").length + 1;
    return scalar(`${"../".repeat(up)}${dataFolder}/${name}`);
  };
  return {
    path,
    base,
    dialect,
    inputs,
    write,
    async isThere(file, shown) {
      const kind = await source.stat(file);
      if (kind === "link") throw invalid(shown, "is a link, which cowork does not follow");
      if (kind === "file") files.add(file);
      else {
        missing(file, shown);
        inputs.isBlocked = true;
      }
      return kind === "file";
    },
    inTree(node, what) {
      const { text, found } = locate(node, what);
      if (found === undefined) throw invalid(`${path}: ${what} ${text}`, "is outside the repository");
      return found;
    },
    async dataFile(node, what) {
      const isOptional = node.kind === "map" && /^(false|False|FALSE)$/.test(textIn(child(node, "required")));
      const named = node.kind === "map" ? child(node, "path") : node;
      if (named === undefined || isNothing(named)) return node;
      const { text, found } = locate(named, what);
      const put = (written: ComposeNode): ComposeNode =>
        node.kind === "map" ? withEntries(node, { path: written }) : written;
      if (found === undefined) {
        const finding = verdict.finding(`${path}: ${what}`, text, "reads a file of the host outside the repository");
        if (!isAmong(finding, agreed)) {
          inputs.isReduced = true;
          return undefined;
        }
        const at = text.startsWith("~") ? (env["HOME"] ?? homedir()) + text.slice(1) : text;
        const bytes = await readRegularFile(at, { maxBytes: maxConfigBytes });
        if (bytes === undefined && !isOptional) throw invalid(`${path}: ${what} ${text}`, "does not exist");
        return bytes === undefined ? undefined : put(keep(bytes));
      }
      if ((await source.stat(found)) === "link")
        throw invalid(`${path}: ${what} ${found}`, "is a link, which cowork does not follow");
      const bytes = await source.read(found);
      if (bytes !== undefined) {
        files.add(found);
        return put(keep(bytes));
      }
      if (!isOptional || mayCome(found)) missing(found, `${path}: ${what}`);
      return undefined;
    },
  };
}

/** Folder next to the tree for the files that Compose reads values from, under names of our choice. */
export const dataFolder = "cowork-data";

export function isAmong({ where, what }: Finding, findings: readonly Finding[]): boolean {
  return findings.some((one) => one.where === where && one.what === what);
}

/** Maximum length of a path: what the user agrees to is shown in full. */
const maxLength = 300;

function textIn(node: ComposeNode | undefined): string {
  return node?.kind === "scalar" ? node.text : "";
}

function isRemote(path: string): boolean {
  return /^[a-z][a-z\d+.-]*:|^git@|^github\.com\//i.test(path);
}

/** Replaces all paths in services with the paths where Compose will find the files. */
export async function linkServices(
  document: MapNode,
  references: References,
  follow: (found: { path: string; base: string }) => void,
): Promise<MapNode> {
  const services = child(document, "services");
  if (services?.kind !== "map") return document;
  const linked: Record<string, ComposeNode> = {};
  for (const [name, { value }] of services.entries) {
    linked[name] = value.kind === "map" ? await linkService(value, references, follow) : value;
  }
  return withEntries(document, { services: withEntries(services, linked) });
}

async function linkService(
  service: MapNode,
  references: References,
  follow: (found: { path: string; base: string }) => void,
): Promise<MapNode> {
  const changed: Record<string, ComposeNode | undefined> = {};
  for (const key of ["env_file", "label_file"]) {
    const given = child(service, key);
    if (given === undefined || isNothing(given)) continue;
    const items: ComposeNode[] = [];
    for (const item of itemsOf(given)) {
      const file = await references.dataFile(item, key);
      if (file !== undefined) items.push(file);
    }
    changed[key] = items.length === 0 && given.tag === undefined ? undefined : { ...listNode(items), ...tagOf(given) };
  }
  const extended = child(service, "extends");
  const file = child(extended, "file");
  if (extended?.kind === "map" && file !== undefined && !isNothing(file)) {
    const path = references.inTree(file, "extends");
    follow({ path, base: treeFolder(path) });
    changed["extends"] = withEntries(extended, { file: references.write(path) });
  }
  keepBuildFolder(child(service, "build"), references);
  return withEntries(service, changed);
}

function tagOf(node: ComposeNode): Pick<ComposeNode, "tag"> {
  return node.tag === undefined ? {} : { tag: node.tag };
}

/** v1 checks that the folder exists. Paths outside the repository are refused later, when the builds are read from the result. */
function keepBuildFolder(build: ComposeNode | undefined, { base, inputs }: References): void {
  const context = build?.kind === "map" ? child(build, "context") : build;
  if (context?.kind !== "scalar" || isRemote(context.text)) return;
  const folder = joinTree(
    base,
    context.text.replaceAll("$$", () => "$"),
  );
  if (folder !== undefined && !inputs.folders.includes(folder)) inputs.folders.push(folder);
}

export interface Included {
  paths: string[];
  /** folder that relative paths in the included files are relative to */
  base: string;
  /** more files that their variables come from */
  envFiles: string[];
}

/** Replaces all paths in `include` with the paths where Compose will find the files. */
export async function linkIncludes(
  document: MapNode,
  references: References,
  follow: (included: Included) => Promise<void>,
): Promise<MapNode> {
  const include = child(document, "include");
  if (include === undefined || isNothing(include)) return document;
  const items: ComposeNode[] = [];
  for (const item of itemsOf(include)) {
    const entry = item.kind === "map" ? item : undefined;
    const paths = itemsOf(entry === undefined ? item : child(entry, "path")).map((one) =>
      references.inTree(one, "include"),
    );
    const folder = child(entry, "project_directory");
    const base =
      folder === undefined || isNothing(folder)
        ? treeFolder(paths[0] ?? "")
        : references.inTree(folder, "include: project_directory");
    const named = itemsOf(child(entry, "env_file")).map((one) => references.inTree(one, "include: env_file"));
    references.inputs.folders.push(base);
    await follow({ paths, base, envFiles: named.length > 0 ? named : [joinTree(base, ".env") ?? ".env"] });
    const written: MapNode = { kind: "map", entries: new Map() };
    items.push(
      withEntries(written, {
        path: listNode(paths.map((path) => references.write(path))),
        project_directory: references.write(base),
      }),
    );
  }
  return withEntries(document, { include: { ...listNode(items), ...tagOf(include) } });
}
