import type { Finding } from "../events.ts";
import { plain } from "../system/text.ts";
import { parseValue } from "./keys.ts";
import { configKeys } from "./key-list.ts";
import type { ConfigKey, KeyName } from "./key-types.ts";
import { shownValue } from "./secrets.ts";
import type { ResolvedSetting, Settings, SettingOrigin } from "./types.ts";

export interface ConfLayer {
  /** path of the file, for messages and `config list` */
  file: string;
  values: Readonly<Record<string, string>>;
}

export interface SettingSources {
  flags: Partial<Record<KeyName, string | undefined>>;
  env: Readonly<Record<string, string | undefined>>;
  /** contents of the files, as `readConf` returns them; with the file's path if messages should name it */
  project?: Readonly<Record<string, string>> | ConfLayer | undefined;
  user?: Readonly<Record<string, string>> | ConfLayer | undefined;
  /** number of CPUs, for the default of CONCURRENCY */
  cpus: number;
}

export interface ResolvedSettings {
  settings: Settings;
  /** every key in the registry's order, with its value in effect and its origin */
  resolved: ResolvedSetting[];
}

const nothingSet: Settings = {
  project: undefined,
  baseImage: undefined,
  agent: "claude",
  claudeVersion: undefined,
  agentSettings: true,
  branchPrefix: "",
  connect: undefined,
  copy: [],
  precious: [],
  devcontainer: undefined,
  host: undefined,
  concurrency: 1,
  cpus: undefined,
  memory: undefined,
  sshAgent: false,
  caCerts: "auto",
  permissions: "edits",
  model: undefined,
  budget: 25,
  timeoutMs: 4 * 3600_000,
  runs: 4,
  agentTasks: false,
};

/**
 * Resolves each key: flag, then `COWORK_*` variable, then project, then user, then default. An empty flag or variable counts as
 * not given. An empty value in a file means the default, even if a file of lower precedence has a value.
 * @throws CONFIG_VALUE_INVALID for the value in effect; overridden values are not checked
 */
export function resolveSettings(sources: SettingSources): ResolvedSettings {
  const resolved = configKeys.map((key) => resolveKey(key, sources));
  const settings = resolved.reduce<Settings>(
    (so, { key, value, origin, file }, index) => {
      const its = keyAt(index);
      // Its value is not here: it is read and checked where it is used.
      return its.secret ? so : { ...so, ...parseValue(its, value, file ?? placeOf(origin, key), origin) };
    },
    { ...nothingSet },
  );
  return { settings, resolved };
}

/** Resolves one key without validation: for PROJECT, which is needed before all other keys. A secret's value is not returned. */
export function resolveKey(key: ConfigKey, sources: SettingSources): ResolvedSetting {
  const { name } = key;
  const isInFilesOnly = key.managed === true || key.userOnly === true;
  const flag = isInFilesOnly ? undefined : sources.flags[name];
  if (isGiven(flag)) return { key: name, value: flag, origin: "flag" };
  const variable = isInFilesOnly ? undefined : sources.env[`COWORK_${name}`];
  if (isGiven(variable)) return { key: name, value: variable, origin: "environment" };
  for (const origin of ["project", "user"] as const) {
    const layer = layerOf(sources[origin]);
    const value = layer?.values[name];
    if (value === undefined || (key.managed && origin === "user") || (key.userOnly && origin === "project")) continue;
    const inForce = value.trim() === "" ? defaultOf(key, sources.cpus) : shownValue(name, value.trim());
    return { key: name, value: inForce, origin, ...(layer?.file === undefined ? {} : { file: layer.file }) };
  }
  return { key: name, value: defaultOf(key, sources.cpus), origin: "default" };
}

/**
 * The keys of a project's tracked file that need the trust question; empty for keys of other origins. The question's hash is made
 * of the findings.
 */
export function trackedFindings(resolved: readonly ResolvedSetting[]): Finding[] {
  return resolved.flatMap(({ key, value, origin }) => {
    const why = configKeys.find(({ name }) => name === key)?.needsTrust;
    if (origin !== "project" || why === undefined || value === "") return [];
    return [{ where: ".cowork/.cowork.conf", what: `${key}=${plain(value)}`, why }];
  });
}

function keyAt(index: number): ConfigKey {
  const key = configKeys[index];
  if (key === undefined) throw new RangeError(`No key ${index}`);
  return key;
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}

function defaultOf(key: ConfigKey, cpus: number): string {
  return typeof key.defaultValue === "string" ? key.defaultValue : key.defaultValue({ cpus });
}

function layerOf(
  layer: SettingSources["project"],
): { values: Readonly<Record<string, string>>; file: string | undefined } | undefined {
  if (layer === undefined) return undefined;
  return isLayer(layer) ? layer : { values: layer, file: undefined };
}

function isLayer(layer: Readonly<Record<string, string>> | ConfLayer): layer is ConfLayer {
  return typeof layer.values === "object";
}

function placeOf(origin: SettingOrigin, key: string): string {
  if (origin === "environment") return `the variable COWORK_${key}`;
  if (origin === "flag") return "given on the command line";
  return origin === "default" ? "the default" : `the ${origin}'s .cowork.conf`;
}
