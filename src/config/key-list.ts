import { agentId, agentIds, whyNotNow } from "../contract/agents.ts";
import { usualAgent } from "../contract/usual-agent.ts";
import { runPermissions } from "../contract/work/permissions.ts";
import { brokenRefRule } from "../system/names.ts";
import type { ConfigKey } from "./key-types.ts";
import { notifyKeys } from "./notify-keys.ts";
import type { Settings } from "./types.ts";
import {
  readAmount,
  readCount,
  readCpus,
  readDuration,
  readHost,
  readImage,
  readInnerPath,
  readLine,
  readMemory,
  readPatterns,
  readSwitch,
} from "./values.ts";

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

const readVersion = matching(/^\d{1,5}\.\d{1,5}\.\d{1,5}$/);

/** The keys of the agents' versions differ in their names alone. */
function versionOf(title: string): Pick<ConfigKey, "doc" | "form" | "defaultValue" | "defaultDoc" | "needsTrust"> {
  return {
    doc: `The version of ${title}`,
    form: "a version",
    defaultValue: "",
    defaultDoc: "the version that this cowork was tested with",
    needsTrust: "every session with this agent would run this version of it",
  };
}

const agentNames = agentIds.map((id) => `\`${id}\``);

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
    doc: "The coding agent of new sessions; a session keeps the one that it was created with",
    form: `${agentNames.slice(0, -1).join(", ")} or ${agentNames.at(-1)}`,
    example: "codex",
    defaultValue: usualAgent,
    parse: sets("agent", (value) => agentId.safeParse(value).data),
    refused: whyNotNow,
    needsTrust: "every new session would have this agent",
  },
  {
    name: "AGENT_COMMAND",
    doc: "Any program in place of an agent in new sessions: `open` starts it, and its state comes from its process alone",
    form: "one line for `sh -c` in the session",
    example: "aider --model sonnet",
    defaultValue: "",
    defaultDoc: "AGENT",
    parse: sets("agentCommand", readLine),
    needsTrust: "every new session would have this program in place of the agent",
  },
  {
    ...versionOf("Claude Code"),
    name: "CLAUDE_VERSION",
    example: "2.1.329",
    parse: sets("claudeVersion", readVersion),
  },
  {
    ...versionOf("Codex"),
    name: "CODEX_VERSION",
    example: "0.171.0",
    parse: sets("codexVersion", readVersion),
  },
  {
    ...versionOf("Copilot"),
    name: "COPILOT_VERSION",
    example: "1.0.102",
    parse: sets("copilotVersion", readVersion),
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
  {
    name: "PERMISSIONS",
    doc: "What the agent of a run may do without asking",
    form: "`ask`, `edits` or `all`",
    example: "ask",
    defaultValue: "edits",
    parse: sets("permissions", (value) => runPermissions.safeParse(value).data),
    needsTrust: "every run could do this without asking",
  },
  {
    name: "MODEL",
    doc: "The model of runs, in the agent's own words",
    form: "the name of a model",
    example: "opus",
    defaultValue: "",
    defaultDoc: "the agent's own default",
    parse: sets("model", matching(/^[A-Za-z0-9][\w.:@/[\]-]{0,127}$/)),
    needsTrust: "every run would use this model",
  },
  {
    name: "BUDGET",
    doc: "Money that a run may spend, in USD at list prices",
    form: "an amount such as `5` or `2.50`, or `0` for no limit",
    example: "5",
    defaultValue: "25",
    parse: sets("budget", readAmount),
    needsTrust: "every run could spend this much",
  },
  {
    name: "TIMEOUT",
    doc: "Time that a run may work, without the time that it waits for a person",
    form: "a duration such as `90s`, `30m` or `1h30m`, or `0` for no limit",
    example: "30m",
    defaultValue: "4h",
    parse: sets("timeoutMs", readDuration),
    needsTrust: "every run could work this long",
  },
  {
    name: "RUNS",
    doc: "Number of runs that work at once on a host; others wait",
    form: "a number from 1 to 999",
    example: "8",
    defaultValue: "4",
    parse: sets("runs", readCount),
    needsTrust: "this many runs could work at once",
  },
  {
    name: "AGENT_TASKS",
    doc: "Let the agent keep a task list, which `cowork list` shows; it uses some of the agent's context",
    form: "`on` or `off`",
    example: "on",
    defaultValue: "off",
    parse: sets("agentTasks", readSwitch),
    needsTrust: "the agent of every session would keep a task list",
  },
  ...notifyKeys,
  {
    name: "TEST",
    doc: "Command that tests the project; `merge` runs it in a dev container before anything lands",
    form: "one line for `sh -c`",
    example: "npm test",
    defaultValue: "",
    defaultDoc: "nothing is tested",
    parse: sets("test", readLine),
    needsTrust: "every merge would run this in its dev container and land what it lets pass",
  },
];
