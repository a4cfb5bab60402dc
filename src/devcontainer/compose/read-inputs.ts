import type { Finding } from "../../events.ts";
import type { Verdict } from "../judge/verdict.ts";
import { treeFolder } from "../tree-path.ts";
import type { ConfigSource } from "../types.ts";
import type { ComposeFiles } from "./compose-files.ts";
import { readDotEnv } from "./compose-files.ts";
import { child, entriesOf, isNothing, renderNode, withEntries, type MapNode } from "./compose-node.ts";
import { fillIn } from "./fill-in.ts";
import { textVariables, type Dialect, type Lookup } from "./interpolate.ts";
import { invalid, readYaml } from "./read-yaml.ts";
import { createReferences, isAmong, linkIncludes, linkServices } from "./references.ts";
import { planProject } from "./tree-root.ts";
import { checkVersion } from "./version-2.ts";

/** What Compose gets to see, and nothing else. */
export interface ComposeInputs {
  /** the Compose files as cowork read them, by their paths in the source: no variable, no anchor, no path that leads out */
  documents: Map<string, string>;
  /** files that Compose reads variables and labels from, by the names that the documents give them */
  dataFiles: Map<string, Uint8Array>;
  /** folders that have to exist, empty: v1 looks for build contexts */
  folders: string[];
  /** paths in the source of all that was read */
  files: string[];
  /** variables that files name and that this machine's environment has */
  hostVariables: Record<string, string>;
  /** what `.env` says */
  dotEnv: Record<string, string>;
  /** profiles that `.env` switches on */
  profiles: string[];
  /** variables that are not set anywhere and leave nothing in their place */
  unset: string[];
  /** files that are named, are not there and may come with the clone */
  missing: string[];
  /** a Compose file is among them: nothing can be said yet */
  isBlocked: boolean;
  /** something of the host is named that was not agreed to yet, and is left out */
  isReduced: boolean;
}

export interface ReadOptions {
  /** the caller's environment */
  env: Readonly<Record<string, string | undefined>>;
  verdict: Verdict;
  dialect: Dialect;
  /** absolute path of the folder that Compose will find the tree in; it need not exist yet */
  tree: string;
  /** what the user has agreed to so far: only then a file of the host is named to Compose */
  agreed: readonly Finding[];
  /** may this file, which is not there, come with the clone? */
  mayCome: (path: string) => boolean;
  /** how to bring a missing file along */
  missingHint: (path: string) => string;
}

/** Set by whoever calls Compose. */
const ownVariables = new Set(["COMPOSE_PROJECT_NAME", "PWD"]);

/** One Compose file to be read. */
interface Step {
  path: string;
  /** folder that its relative paths count from */
  base: string;
  lookup: Lookup;
  /** which variables count in it: a file cannot be there twice with different ones */
  scope: string;
}

/**
 * Reads the Compose files, and what they extend and include, through the source, and puts them into a form that leaves Compose
 * nothing to find and nothing to decide about: variables are filled in, each file that Compose opens is one that was judged.
 * @throws DEVCONTAINER_INVALID for what lies outside the repository, for a link, for what is no YAML or can be read in two ways
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
      // The environment wins, and gives its value when the container is made: such a name stays, and is asked about.
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
    verdict.add("Compose files", `\${${name}}`, "a variable of this host's environment goes into the configuration");
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

/** The form of 2014 has the services at the top, where nobody would look for what they name. */
function checkDocument(document: MapNode, path: string, main: readonly string[]): void {
  const sections = ["services", "networks", "volumes", "secrets", "configs", "include"];
  for (const [name, value] of entriesOf(document)) {
    if (sections.includes(name) && name !== "include" && value.kind !== "map" && !isNothing(value))
      throw invalid(path, `has ${name} that is no map`);
  }
  if (sections.some((name) => child(document, name)?.kind === "map") || child(document, "include") !== undefined)
    return;
  if (main.indexOf(path) > 0 && document.entries.size === 0) return;
  throw invalid(path, "has no services", 'put the services below "services:"');
}

const knownNames = new Set(["version", "name", "services", "networks", "volumes", "secrets", "configs", "include"]);

/** Extensions (`x-…`) are for the file's own use, and anchors are resolved. What Compose may learn later is asked about. */
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
