import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { isObject } from "../json.ts";
import { list, textOf } from "../judge/judge-config.ts";
import type { Verdict } from "../judge/verdict.ts";
import { joinTree, treeFolder } from "../tree-path.ts";
import type { ConfigSource, Json, JsonObject } from "../types.ts";
import { readDotEnv } from "./compose-files.ts";
import { interpolate, textVariables, variableNames } from "./interpolate.ts";

/** What Compose has to see to resolve the files, and nothing else. */
export interface ComposeInputs {
  /** paths in the source: Compose files and what they extend, include and read */
  files: string[];
  /** folders that have to exist, empty: version 1 looks for build contexts */
  folders: string[];
  /** variables that files name and that this machine's environment has */
  hostVariables: Record<string, string>;
  /** profiles that `.env` switches on */
  profiles: string[];
}

/** Set by whoever calls Compose. */
const ownVariables = new Set(["COMPOSE_PROJECT_NAME", "PWD"]);

/**
 * Follows `extends`, `include`, `env_file` and `.env` through the source.
 * @param env the caller's environment
 * @throws DEVCONTAINER_INVALID for a file that lies outside the repository by a relative path, for a link, for what is no YAML
 */
export async function readComposeInputs(
  source: ConfigSource,
  main: readonly string[],
  options: { env: Readonly<Record<string, string | undefined>>; verdict: Verdict },
): Promise<ComposeInputs> {
  const { env, verdict } = options;
  const { parse } = await import("yaml");
  const files = new Set<string>();
  const folders = new Set<string>();
  const names = new Set<string>();
  const queue = main.map((path) => ({ path, base: treeFolder(main[0] ?? "") }));
  const dotEnv: Record<string, string> = {};

  const keep = async (path: string, what: string): Promise<boolean> => {
    const kind = await source.stat(path);
    if (kind === "link") throw invalid(`${what} ${path} is a link, and cowork follows none`);
    if (kind !== "file") return false;
    files.add(path);
    return true;
  };
  const keepEnv = async (path: string): Promise<void> => {
    if (!(await keep(path, "The file"))) return;
    const text = new TextDecoder().decode(await source.read(path));
    const lines = text.split("\n").filter((line) => !/^\s*#/.test(line));
    for (const name of lines.flatMap((line) => textVariables(line))) names.add(name);
  };
  const locate = (base: string, given: string, what: string): string | undefined => {
    const path = interpolate(given, { ...dotEnv, ...env });
    if (isRemote(path)) throw invalid(`${what} ${path} is not on this machine, and cowork fetches none`);
    const found = joinTree(base, path);
    if (found !== undefined) return found;
    if (!path.startsWith("/") && !path.startsWith("~")) throw invalid(`${what} ${path} lies outside the repository`);
    verdict.add(what, path, "reads a file of the host outside the repository");
    return undefined;
  };

  for (const folder of new Set(["", treeFolder(main[0] ?? "")])) {
    const path = folder === "" ? ".env" : `${folder}/.env`;
    Object.assign(dotEnv, await readDotEnv(source, path));
    await keepEnv(path);
  }
  const done = new Set<string>();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { path, base } = next;
    if (done.has(`${path}\0${base}`)) continue;
    done.add(`${path}\0${base}`);
    if (!(await keep(path, "The Compose file"))) {
      if (main.includes(path)) throw invalid(`The Compose file ${path} is not in ${source.describe}`);
      continue;
    }
    const document = parseYaml(parse, new TextDecoder().decode(await source.read(path)), path);
    for (const name of variableNames(document)) names.add(name);
    for (const { kind, given, what } of namedPaths(document)) {
      const found = locate(base, given, `${path}: ${what}`);
      if (found === undefined) continue;
      if (kind === "folder") folders.add(found);
      else if (kind === "env") await keepEnv(found);
      else if (kind === "compose") queue.push({ path: found, base: treeFolder(found) });
      if (kind === "compose" && what === "include") await keepEnv(joinTree(treeFolder(found), ".env") ?? ".env");
    }
  }
  const hostVariables = Object.fromEntries(
    [...names].flatMap((name) => {
      const value = env[name];
      return value === undefined || ownVariables.has(name) ? [] : [[name, value] as const];
    }),
  );
  const profiles = (dotEnv["COMPOSE_PROFILES"] ?? "").split(",").filter((profile) => profile !== "");
  return { files: [...files].toSorted(), folders: [...folders].toSorted(), hostVariables, profiles };
}

interface NamedPath {
  kind: "compose" | "env" | "folder";
  given: string;
  what: string;
}

function namedPaths(document: JsonObject): NamedPath[] {
  const found: NamedPath[] = [];
  const add = (kind: NamedPath["kind"], what: string, given: Json | undefined): void => {
    if (given !== undefined && given !== null) found.push({ kind, what, given: textOf(given) });
  };
  for (const include of list(document["include"])) {
    const entry = isObject(include) ? include : { path: include };
    for (const path of list(entry["path"])) add("compose", "include", path);
    for (const path of list(entry["env_file"])) add("env", "include: env_file", path);
  }
  const services = isObject(document["services"]) ? document["services"] : {};
  for (const service of Object.values(services)) {
    if (!isObject(service)) continue;
    const { extends: extended, env_file: envFile, label_file: labelFile, build } = service;
    if (isObject(extended)) add("compose", "extends", extended["file"]);
    for (const file of list(envFile)) add("env", "env_file", isObject(file) ? file["path"] : file);
    for (const file of list(labelFile)) add("env", "label_file", file);
    const context = isObject(build) ? (build["context"] ?? ".") : build;
    if (context !== undefined && !isRemote(textOf(context))) add("folder", "build", context);
  }
  return found;
}

export function isRemote(path: string): boolean {
  return /^[a-z][a-z+.-]*:|^git@|^github\.com\//i.test(path);
}

function parseYaml(parse: (text: string, options: object) => unknown, text: string, path: string): JsonObject {
  let document: unknown;
  try {
    document = parse(text, { merge: true, logLevel: "error", maxAliasCount: 1000 });
  } catch (error) {
    throw invalid(`${path} cannot be read: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : ""}`);
  }
  if (document === null || document === undefined) return {};
  if (!isObject(document)) throw invalid(`${path} is no Compose file`);
  return document;
}

function invalid(message: string): CoworkError {
  return new CoworkError("DEVCONTAINER_INVALID", `${plain(message)}.`);
}
