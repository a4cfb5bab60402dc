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

/** What the files of one Compose file are found with. */
export interface References {
  /** path of the Compose file in the source */
  path: string;
  base: string;
  dialect: ReadOptions["dialect"];
  inputs: ComposeInputs;
  /** A Compose file that is to be read. False: it may still come, and nothing more can be said now. */
  isThere(path: string, shown: string): Promise<boolean>;
  /** A path of the repository, from a text in which no variable is left. Throws for one that leads out of it. */
  inTree(node: ComposeNode, what: string): string;
  /** A file that Compose reads values from, as Compose is to find it; undefined: it is left out. */
  dataFile(node: ComposeNode, what: string): Promise<ComposeNode | undefined>;
  /** A path in the tree as it has to be written here. */
  write(path: string): ComposeNode;
}

type Request = ReadOptions & { base: string; path: string; files: Set<string>; inputs: ComposeInputs };

export function createReferences(source: ConfigSource, request: Request): References {
  const { base, path, files, inputs, tree, verdict, agreed, mayCome, missingHint, env, dialect } = request;
  const missing = (file: string, what: string): void => {
    if (!mayCome(file)) throw invalid(`${what}: the file ${file}`, `is not in ${source.describe}`, missingHint(file));
    if (!inputs.missing.includes(file)) inputs.missing.push(file);
  };
  /** As it is meant, with `$$` read; undefined: outside by an absolute way. */
  const locate = (node: ComposeNode, what: string): { text: string; found: string | undefined } => {
    if (node.kind !== "scalar") throw invalid(`${path}: ${what}`, "is no text");
    const text = node.text.replaceAll("$$", () => "$");
    if (/[\p{Cc}\u2028\u2029]/u.test(text) || text.length > longest)
      throw invalid(`${path}: ${what}`, "is no path that somebody would write");
    if (isRemote(text)) throw invalid(`${path}: ${what} ${text}`, "is not on this machine, and cowork fetches none");
    if (text === tree || text.startsWith(`${tree}/`)) return { text, found: joinTree("", posix.relative(tree, text)) };
    const found = joinTree(base, text);
    if (found === undefined && !text.startsWith("/"))
      throw invalid(`${path}: ${what} ${text}`, "lies outside the repository");
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
      if (kind === "link") throw invalid(shown, "is a link, and cowork follows none");
      if (kind === "file") files.add(file);
      else {
        missing(file, shown);
        inputs.isBlocked = true;
      }
      return kind === "file";
    },
    inTree(node, what) {
      const { text, found } = locate(node, what);
      if (found === undefined) throw invalid(`${path}: ${what} ${text}`, "lies outside the repository");
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
        if (bytes === undefined && !isOptional) throw invalid(`${path}: ${what} ${text}`, "is not there");
        return bytes === undefined ? undefined : put(keep(bytes));
      }
      if ((await source.stat(found)) === "link")
        throw invalid(`${path}: ${what} ${found}`, "is a link, and cowork follows none");
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

/** Beside the tree: what Compose reads values from, under names of ours. */
export const dataFolder = "cowork-data";

export function isAmong({ where, what }: Finding, findings: readonly Finding[]): boolean {
  return findings.some((one) => one.where === where && one.what === what);
}

/** Of a path; what the user agrees to is shown in full. */
const longest = 300;

function textIn(node: ComposeNode | undefined): string {
  return node?.kind === "scalar" ? node.text : "";
}

function isRemote(path: string): boolean {
  return /^[a-z][a-z\d+.-]*:|^git@|^github\.com\//i.test(path);
}

/** Services with every file that they name put where Compose is to find it. */
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

/** v1 looks whether it is there. What lies outside is refused where builds are read from the result. */
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
  /** folder that the included files' relative paths count from */
  base: string;
  /** where their variables come from besides */
  envFiles: string[];
}

/** `include` with every file that it names put where Compose is to find it. */
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
