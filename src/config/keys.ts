import { CoworkError } from "../errors.ts";
import { ownCommand, steps } from "../hint.ts";
import { brokenRefRule } from "../system/names.ts";
import { plain } from "../system/text.ts";
import type { Settings } from "./types.ts";
import {
  readCount,
  readCpus,
  readHost,
  readImage,
  readInnerPath,
  readLine,
  readMemory,
  readPatterns,
  readSwitch,
} from "./values.ts";

export type KeyName =
  | "SESSIONS"
  | "PROJECT"
  | "BASE_IMAGE"
  | "AGENT"
  | "CLAUDE_VERSION"
  | "AGENT_SETTINGS"
  | "BRANCH_PREFIX"
  | "CONNECT"
  | "COPY"
  | "PRECIOUS"
  | "DEVCONTAINER"
  | "HOST"
  | "CONCURRENCY"
  | "CPUS"
  | "MEMORY"
  | "SSH_AGENT"
  | "CA_CERTS";

/** One key of `.cowork.conf`. `cowork config list` and the docs read from here. */
export interface ConfigKey {
  name: KeyName;
  /** one line for help and docs */
  doc: string;
  /** the form of a value, as the continuation of "must be" */
  form: string;
  example: string;
  /** as written in the file; empty: not set */
  defaultValue: string | ((machine: { cpus: number }) => string);
  /** the default in words, if the value alone does not explain it */
  defaultDoc?: string;
  /** Parses a value (trimmed, not empty); undefined if its form is wrong. */
  parse: (value: string) => Partial<Settings> | undefined;
  /** Why the key needs the trust question in a project's file that git tracks, that is, one that comes with the repository. */
  needsTrust?: string;
  /** written only by cowork, and only to a project's file */
  managed?: true;
}

/** Parses a value as the setting of that name; undefined if the form is wrong. */
function sets<K extends keyof Settings>(name: K, read: (value: string) => Settings[K] | undefined): ConfigKey["parse"] {
  return (value) => {
    const result = read(value);
    return result === undefined ? undefined : { [name]: result };
  };
}

const matching =
  (pattern: RegExp) =>
  (value: string): string | undefined =>
    pattern.test(value) ? value : undefined;

export const configKeys: readonly ConfigKey[] = [
  {
    name: "SESSIONS",
    doc: "The project's sessions, an index that `init` and `clean` maintain",
    form: "session names, each optionally with `@host`, separated by spaces",
    example: "api web docs@build1",
    defaultValue: "",
    parse: () => ({}),
    managed: true,
  },
  {
    name: "PROJECT",
    doc: "The project's name, the first part of every session's id",
    form: "at most 63 of `a-z`, `0-9`, `.`, `_` and `-`, a letter or digit at both ends",
    example: "shop",
    defaultValue: "",
    defaultDoc: "the root folder's name",
    parse: sets("project", matching(/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/)),
  },
  {
    name: "BASE_IMAGE",
    doc: "Base image of cowork's default dev container, for projects without a dev container configuration",
    form: "the name of an image",
    example: "debian:trixie",
    defaultValue: "",
    defaultDoc: "a current Debian",
    parse: sets("baseImage", readImage),
    needsTrust: "every session would run this image",
  },
  {
    name: "AGENT",
    doc: "The coding agent in the sessions",
    form: "`claude`",
    example: "claude",
    defaultValue: "claude",
    parse: sets("agent", (value) => (value === "claude" ? value : undefined)),
  },
  {
    name: "CLAUDE_VERSION",
    doc: "The version of Claude Code",
    form: "`stable`, `latest` or a version",
    example: "2.1.329",
    defaultValue: "",
    defaultDoc: "the version that this cowork was tested with",
    parse: sets("claudeVersion", matching(/^(stable|latest|\d{1,5}\.\d{1,5}\.\d{1,5})$/)),
    needsTrust: "every session would run this version of the agent",
  },
  {
    name: "AGENT_SETTINGS",
    doc: "Give the agent settings that fit an isolated container",
    form: "`on` or `off`",
    example: "off",
    defaultValue: "on",
    parse: sets("agentSettings", readSwitch),
  },
  {
    name: "BRANCH_PREFIX",
    doc: "Prefix of the session's branch name, before the session's name",
    form: "the beginning of a branch name",
    example: "work/",
    defaultValue: "",
    defaultDoc: "empty: the branch is named after the session",
    parse: sets("branchPrefix", (value) => (brokenRefRule(`${value}a`) === undefined ? value : undefined)),
  },
  {
    name: "CONNECT",
    doc: "The command that `cowork connect` runs in the session",
    form: "a command line",
    example: "claude",
    defaultValue: "",
    defaultDoc: "the user's shell",
    parse: sets("connect", readLine),
  },
  {
    name: "COPY",
    doc: "Untracked files of the project to copy into sessions",
    form: "patterns of paths inside the project, separated by spaces",
    example: ".env config/*.local.json",
    defaultValue: "",
    parse: sets("copy", readPatterns),
    needsTrust: "these files, which git does not track, would be copied into every session",
  },
  {
    name: "PRECIOUS",
    doc: "Ignored files that `clean` treats as unsaved work, in addition to .env files, keys and databases",
    form: "patterns of file names or paths, separated by spaces",
    example: "*.local.json notes/**",
    defaultValue: "",
    parse: sets("precious", readPatterns),
  },
  {
    name: "DEVCONTAINER",
    doc: "Dev container configuration to use if the project has several",
    form: "a name or a path inside the project",
    example: ".devcontainer/python/devcontainer.json",
    defaultValue: "",
    parse: sets("devcontainer", readInnerPath),
  },
  {
    name: "HOST",
    doc: "The host of new sessions",
    form: "`local`, the name of an added host, or a destination for `ssh`",
    example: "build1",
    defaultValue: "",
    defaultDoc: "this machine",
    parse: sets("host", readHost),
    needsTrust: "the project's code would go to this host",
  },
  {
    name: "CONCURRENCY",
    doc: "Number of sessions that a command handles in parallel",
    form: "a number from 1 to 999",
    example: "4",
    // A session waits for the engine about half of the time. More sessions in parallel only use more memory.
    defaultValue: ({ cpus }) => String(Math.max(1, cpus, Math.min(8, 2 * cpus))),
    defaultDoc: "twice the number of CPUs, at most 8, or the number of CPUs if it is higher",
    parse: sets("concurrency", readCount),
  },
  {
    name: "CPUS",
    doc: "CPU limit of a session",
    form: "a decimal number above 0",
    example: "1.5",
    defaultValue: "",
    defaultDoc: "all",
    parse: sets("cpus", readCpus),
  },
  {
    name: "MEMORY",
    doc: "Memory limit of a session",
    form: "a size in Docker's format, at least 6m",
    example: "4g",
    defaultValue: "",
    defaultDoc: "no limit",
    parse: sets("memory", (value) => (readMemory(value) === undefined ? undefined : value.toLowerCase())),
  },
  {
    name: "SSH_AGENT",
    doc: "Forward your SSH agent to what `connect` runs; git inside then knows the hosts that your ssh knows",
    form: "`on` or `off`",
    example: "on",
    defaultValue: "off",
    parse: sets("sshAgent", readSwitch),
    needsTrust: "every session could use your SSH keys",
  },
  {
    name: "CA_CERTS",
    doc: "Additional TLS certificate authorities that sessions trust",
    form: "`auto`, `none`, or the absolute path of a PEM file",
    example: "/etc/ssl/company.pem",
    defaultValue: "auto",
    parse: sets("caCerts", matching(/^(auto|none|\/[^\p{Cc}]+)$/u)),
    needsTrust: "every session would trust these authorities, and the file would be read",
  },
];

/** @throws CONFIG_KEY_UNKNOWN, with the name of a similar key */
export function getKey(name: string): ConfigKey {
  const found = configKeys.find((key) => key.name === name);
  if (found !== undefined) return found;
  const like = configKeys.find((key) => key.name === name.toUpperCase().replaceAll("-", "_"));
  const hint = like === undefined ? steps`${ownCommand("config", "list")}` : `use ${like.name}`;
  throw new CoworkError("CONFIG_KEY_UNKNOWN", `Unknown configuration key \`${plain(name).slice(0, 80)}\`.`, {
    hint,
  });
}

/**
 * Parses a value. An empty value sets nothing, so the default applies.
 * @param where for the message: the file, the variable or the flag of the value
 * @throws CONFIG_VALUE_INVALID
 */
export function parseValue(key: ConfigKey, value: string, where?: string): Partial<Settings> {
  const trimmed = value.trim();
  const parsed = trimmed === "" ? {} : key.parse(trimmed);
  if (parsed !== undefined) return parsed;
  const place = where === undefined ? "" : ` (${plain(where)})`;
  const message = `${key.name}=${plain(trimmed).slice(0, 200)}${place}: the value must be ${key.form}.`;
  throw new CoworkError("CONFIG_VALUE_INVALID", message, {
    hint: steps`set a valid value, for example: ${ownCommand("config", "set", key.name, key.example)}`,
  });
}
