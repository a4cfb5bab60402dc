import { treeFolder } from "../source/tree-path.ts";
import type { ConfigSource } from "../types.ts";
import type { ComposeFiles } from "./compose-files.ts";
import { readDotEnv } from "./compose-files.ts";
import { child, entriesOf, isNothing, renderNode, withEntries, type MapNode } from "./compose-node.ts";
import type { ComposeInputs, ReadOptions } from "./compose-inputs.ts";
import { fillIn } from "./fill-in.ts";
import { textVariables, type Lookup } from "./interpolate.ts";
import { invalid, readYaml } from "./read-yaml.ts";
import { createReferences, isAmong, linkIncludes, linkServices } from "./references.ts";
import { planProject } from "./tree-root.ts";
import { checkVersion } from "./version-2.ts";

/** Set by the caller of Compose. */
const ownVariables = new Set(["COMPOSE_PROJECT_NAME", "PWD"]);

/** A Compose file to read. */
interface Step {
  path: string;
  /** folder that its relative paths are relative to */
  base: string;
  lookup: Lookup;
  /** identifies its set of variables: a file cannot be used twice with different ones */
  scope: string;
}

/**
 * Reads the Compose files, and the files that they extend and include, through the source. In the result Compose has nothing left
 * to find or decide: all variables are filled in, and every file that it opens has been judged.
 * @throws DEVCONTAINER_INVALID for a path outside the repository, a link, invalid YAML, or YAML that parsers read differently
 */
export async function readComposeInputs(
  source: ConfigSource,
  { main, dotEnv: dotEnvPath }: ComposeFiles,
  options: ReadOptions,
): Promise<ComposeInputs> {
  const { env, verdict, dialect, tree } = options;
  const hostNames = new Set<string>();
  const ofHost: Lookup = (name) => {
    if (name === "COMPOSE_PROJECT_NAME") return planProject;
    if (name === "PWD") return tree;
    if (env[name] !== undefined) hostNames.add(name);
    return env[name];
  };
  const inputs: ComposeInputs = {
    documents: new Map(),
    dataFiles: new Map(),
    folders: [],
    files: [],
    hostVariables: {},
    dotEnv: {},
    profiles: [],
    unset: [],
    missing: [],
    isBlocked: false,
    isReduced: false,
  };
  const files = new Set<string>();
  const unset = new Set<string>();
  const readEnv = async (path: string, lookup: Lookup): Promise<Record<string, string>> => {
    const values = await readDotEnv(source, path, dialect, lookup);
    if ((await source.stat(path)) === "file") files.add(path);
    return values;
  };
  inputs.dotEnv = await readEnv(dotEnvPath, ofHost);
  const lookup: Lookup = (name) => ofHost(name) ?? ownValue(inputs.dotEnv, name);
  inputs.profiles = (inputs.dotEnv["COMPOSE_PROFILES"] ?? "").split(",").filter((profile) => profile !== "");

  const queue: Step[] = main.map((path) => ({ path, base: treeFolder(main[0] ?? ""), lookup, scope: "" }));
  const done = new Map<string, string>();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { path, base, scope } = next;
    const key = `${base}\0${scope}`;
    const before = done.get(path);
    if (before === key) continue;
    if (before !== undefined) throw invalid(path, "is used twice, from different folders or with different variables");
    done.set(path, key);
    const references = createReferences(source, { ...options, base, path, files, inputs });
    if (!(await references.isThere(path, path))) continue;
    const document = (await readYaml((await source.read(path)) ?? new Uint8Array(), path)) ?? emptyMap();
    checkDocument(document, path, main);
    checkVersion(document, path, dialect);
    const known = fillIn(knownSections(document, path, options, inputs), {
      path,
      scope: { lookup: next.lookup, dialect, onUnset: (name) => void unset.add(name) },
      // The environment overrides the files, and its value is read when the container is made. Such a variable stays, and the user
      // is asked about it.
      forEnvironment: (name) => (env[name] === undefined && !ownVariables.has(name) ? next.lookup(name) : undefined),
    });
    const linked = await linkServices(known, references, (found) => queue.push({ ...next, ...found }));
    const whole = await linkIncludes(linked, references, async (included) => {
      const own = await readAll(included.envFiles, (file) => readEnv(file, next.lookup));
      const inner: Lookup = (name) => next.lookup(name) ?? ownValue(own, name);
      for (const file of included.paths)
        queue.push({ path: file, base: included.base, lookup: inner, scope: JSON.stringify(own) });
    });
    inputs.documents.set(path, renderNode(whole));
  }
  for (const bytes of inputs.dataFiles.values()) {
    const lines = new TextDecoder()
      .decode(bytes)
      .split("\n")
      .filter((line) => !/^\s*#/.test(line));
    for (const name of lines.flatMap((line) => textVariables(line))) if (!ownVariables.has(name)) ofHost(name);
  }
  inputs.files = [...files].toSorted();
  inputs.unset = [...unset].toSorted();
  inputs.hostVariables = Object.fromEntries([...hostNames].map((name) => [name, env[name] ?? ""]));
  for (const name of hostNames)
    verdict.add("Compose files", `\${${name}}`, "passes a variable of this host's environment to the configuration");
  return inputs;
}

const emptyMap = (): MapNode => ({ kind: "map", entries: new Map() });

function ownValue(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

async function readAll(
  paths: readonly string[],
  read: (path: string) => Promise<Record<string, string>>,
): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const path of paths) Object.assign(all, await read(path));
  return all;
}

/** In the format of 2014, services are at the top level, where nothing would check what they refer to. */
function checkDocument(document: MapNode, path: string, main: readonly string[]): void {
  const sections = ["services", "networks", "volumes", "secrets", "configs", "include"];
  for (const [name, value] of entriesOf(document)) {
    if (sections.includes(name) && name !== "include" && value.kind !== "map" && !isNothing(value))
      throw invalid(path, `has ${name}, which must be a map`);
  }
  if (sections.some((name) => child(document, name)?.kind === "map") || child(document, "include") !== undefined)
    return;
  if (main.indexOf(path) > 0 && document.entries.size === 0) return;
  throw invalid(path, "has no services", 'move the services below "services:"');
}

const knownNames = new Set(["version", "name", "services", "networks", "volumes", "secrets", "configs", "include"]);

/**
 * Extensions (`x-…`) are only for use within the file, and anchors are already resolved. The user is asked about sections that
 * Compose may support later.
 */
function knownSections(
  document: MapNode,
  path: string,
  { verdict, agreed }: ReadOptions,
  inputs: ComposeInputs,
): MapNode {
  const dropped: Record<string, undefined> = {};
  for (const [name, value] of entriesOf(document)) {
    if (knownNames.has(name)) continue;
    if (!name.startsWith("x-")) {
      const finding = verdict.finding(`${path}: ${name}`, renderNode(value), "is not known to be harmless");
      if (isAmong(finding, agreed)) continue;
      inputs.isReduced = true;
    }
    dropped[name] = undefined;
  }
  return withEntries(document, dropped);
}
