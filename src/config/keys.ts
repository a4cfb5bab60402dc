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
  /** one line for people */
  doc: string;
  /** what a value looks like, to go on after "must be" */
  form: string;
  example: string;
  /** as it would stand in the file; empty: not set */
  defaultValue: string | ((machine: { cpus: number }) => string);
  /** the default in words, where the value does not say it */
  defaultDoc?: string;
  /** What a value (trimmed, not empty) sets; undefined when it is of the wrong form. */
  parse: (value: string) => Partial<Settings> | undefined;
  /** Why it counts only after the trust question when it stands in a conf that git tracks, that is, comes with a repository. */
  needsTrust?: string;
  /** written by cowork alone, and only in a project's conf */
  managed?: true;
}

/** What a value means as a setting of that name; undefined stays undefined: the wrong form. */
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
    doc: "The project's sessions, an index that `init` and `clean` keep",
    form: "session names, each perhaps with `@host`, with spaces between",
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
    doc: "The image that the template builds on, for projects without a dev container configuration",
    form: "an image's name",
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
    defaultDoc: "the one that this cowork was tested with",
    parse: sets("claudeVersion", matching(/^(stable|latest|\d{1,5}\.\d{1,5}\.\d{1,5})$/)),
    needsTrust: "every session would run this version of the agent",
  },
  {
    name: "AGENT_SETTINGS",
    doc: "Give the agent settings that suit a container of its own",
    form: "`on` or `off`",
    example: "off",
    defaultValue: "on",
    parse: sets("agentSettings", readSwitch),
  },
  {
    name: "BRANCH_PREFIX",
    doc: "What a session's branch is called before the session's name",
    form: "the beginning of a branch name",
    example: "work/",
    defaultValue: "",
    defaultDoc: "nothing: the branch is called as the session",
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
    doc: "Untracked files of the project that sessions get a copy of",
    form: "patterns of paths inside the project, with spaces between",
    example: ".env config/*.local.json",
    defaultValue: "",
    parse: sets("copy", readPatterns),
    needsTrust: "these files, which git does not track, would be copied into every session",
  },
  {
    name: "PRECIOUS",
    doc: "Ignored files that `clean` must not lose either, besides .env files, keys and databases",
    form: "patterns of file names or paths, with spaces between",
    example: "*.local.json notes/**",
    defaultValue: "",
    parse: sets("precious", readPatterns),
  },
  {
    name: "DEVCONTAINER",
    doc: "Which dev container configuration, where the project has several",
    form: "a name or a path inside the project",
    example: ".devcontainer/python/devcontainer.json",
    defaultValue: "",
    parse: sets("devcontainer", readInnerPath),
  },
  {
    name: "HOST",
    doc: "The host that new sessions live on",
    form: "`local`, a host of cowork, or what `ssh` takes",
    example: "build1",
    defaultValue: "",
    defaultDoc: "this machine",
    parse: sets("host", readHost),
    needsTrust: "the project's code would go to this host",
  },
  {
    name: "CONCURRENCY",
    doc: "How many sessions are worked on at once",
    form: "a number from 1 to 999",
    example: "4",
    // A session waits for the engine about half of its time; many at once only take memory.
    defaultValue: ({ cpus }) => String(Math.max(1, cpus, Math.min(8, 2 * cpus))),
    defaultDoc: "twice the number of processors up to 8, else their number",
    parse: sets("concurrency", readCount),
  },
  {
    name: "CPUS",
    doc: "How many processors one session may use",
    form: "a decimal number above 0",
    example: "1.5",
    defaultValue: "",
    defaultDoc: "all",
    parse: sets("cpus", readCpus),
  },
  {
    name: "MEMORY",
    doc: "How much memory one session may use",
    form: "a size of at least 6m, as Docker reads it",
    example: "4g",
    defaultValue: "",
    defaultDoc: "no limit",
    parse: sets("memory", (value) => (readMemory(value) === undefined ? undefined : value.toLowerCase())),
  },
  {
    name: "SSH_AGENT",
    doc: "Let what `connect` runs use your SSH agent, as long as it runs; git inside then knows the hosts that your ssh knows",
    form: "`on` or `off`",
    example: "on",
    defaultValue: "off",
    parse: sets("sshAgent", readSwitch),
    needsTrust: "every session could use your SSH keys",
  },
  {
    name: "CA_CERTS",
    doc: "TLS authorities that sessions trust beside their own",
    form: "`auto`, `none`, or the absolute path of a PEM file",
    example: "/etc/ssl/company.pem",
    defaultValue: "auto",
    parse: sets("caCerts", matching(/^(auto|none|\/[^\p{Cc}]+)$/u)),
    needsTrust: "every session would trust these authorities, and the file would be read",
  },
];

/** @throws CONFIG_KEY_UNKNOWN, naming a key that looks alike */
export function getKey(name: string): ConfigKey {
  const found = configKeys.find((key) => key.name === name);
  if (found !== undefined) return found;
  const like = configKeys.find((key) => key.name === name.toUpperCase().replaceAll("-", "_"));
  const hint =
    like === undefined ? steps`\`${ownCommand("config", "list")}\` shows all keys` : `did you mean ${like.name}?`;
  throw new CoworkError("CONFIG_KEY_UNKNOWN", `There is no configuration key \`${plain(name).slice(0, 80)}\`.`, {
    hint,
  });
}

/**
 * What a value sets. An empty value sets nothing: the default counts.
 * @param where for the message: the file, the variable or the flag that it comes from
 * @throws CONFIG_VALUE_INVALID
 */
export function parseValue(key: ConfigKey, value: string, where?: string): Partial<Settings> {
  const trimmed = value.trim();
  const parsed = trimmed === "" ? {} : key.parse(trimmed);
  if (parsed !== undefined) return parsed;
  const place = where === undefined ? "" : ` (${plain(where)})`;
  const message = `${key.name}=${plain(trimmed).slice(0, 200)}${place}: the value must be ${key.form}.`;
  throw new CoworkError("CONFIG_VALUE_INVALID", message, {
    hint: steps`for example: ${ownCommand("config", "set", key.name, key.example)}`,
  });
}
