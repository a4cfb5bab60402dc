import { typedOf, type Place } from "./target.ts";
import { expandPath, expandTokens, type Tokens } from "./expand.ts";

/** Lower-case keys with their values in order, from `ssh -G` or from the files. */
export type RawOptions = ReadonlyMap<string, readonly string[]>;

/** The options of ssh's configuration for one host. */
export interface HostOptions {
  /** the name that the user or a ProxyJump gave */
  alias: string;
  /** the arguments of `ssh` to connect to it */
  typed: string;
  hostname: string;
  port: number;
  user: string;
  family: 0 | 4 | 6;
  /** absolute, in order */
  identityFiles: string[];
  identitiesOnly: boolean;
  /** socket of the agent */
  agent: string | undefined;
  /** forward the agent to the host */
  forwardAgent: boolean;
  hostKeyAlias: string | undefined;
  userKnownHosts: string[];
  globalKnownHosts: string[];
  revokedHostKeys: string | undefined;
  strictHostKeys: "ask" | "accept-new" | "yes";
  hashKnownHosts: boolean;
  /** jump hosts, in order */
  proxyJump: string[];
  proxyCommand: string | undefined;
  connectTimeoutMs: number;
  aliveIntervalMs: number;
  aliveCountMax: number;
  /** ask no questions */
  batchMode: boolean;
  passwordPrompts: number;
  methods: { publickey: boolean; "keyboard-interactive": boolean; password: boolean };
}

const defaultIdentities = ["id_rsa", "id_ecdsa", "id_ed25519"].map((name) => `~/.ssh/${name}`);
const defaultConnectSeconds = 15;
const defaultAliveSeconds = 15;

/** Facts about this machine, for the tokens. */
export type Local = Pick<Tokens, "home" | "localUser" | "localHost" | "uid"> & {
  env: Readonly<Record<string, string | undefined>>;
};

/** Pure. Missing options get OpenSSH's defaults, except for the time limits, which cowork always sets. */
export function hostOptions(raw: RawOptions, place: Place, local: Local): HostOptions {
  const alias = place.host;
  const one = (key: string): string | undefined => raw.get(key)?.[0];
  const seconds = (key: string, otherwise: number): number => positive(one(key)) ?? otherwise;
  const tokens: Tokens = {
    ...local,
    alias,
    hostname: (one("hostname") ?? alias).replaceAll("%h", alias).replaceAll("%%", "%"),
    port: positive(one("port")) ?? 22,
    user: one("user") ?? local.localUser,
    hostKeyAlias: unlessNone(one("hostkeyalias"))
      ?.replaceAll("%h", one("hostname") ?? alias)
      .replaceAll("%n", alias),
    jump: unlessNone(one("proxyjump")),
  };
  const path = (text: string): string => expandPath(text, tokens, local.env);
  const paths = (key: string, otherwise: string[]): string[] =>
    (raw.get(key) ?? otherwise).filter(unlessNone).map(path);
  const proxyCommand = unlessNone(one("proxycommand"));
  return {
    alias,
    typed: typedOf(place),
    hostname: tokens.hostname,
    port: tokens.port,
    user: tokens.user,
    family: family(one("addressfamily")),
    identityFiles: [...new Set(paths("identityfile", defaultIdentities))],
    identitiesOnly: isYes(one("identitiesonly")),
    agent: agentSocket(one("identityagent"), local.env, path),
    forwardAgent: false,
    hostKeyAlias: tokens.hostKeyAlias,
    userKnownHosts: paths("userknownhostsfile", ["~/.ssh/known_hosts", "~/.ssh/known_hosts2"]),
    globalKnownHosts: paths("globalknownhostsfile", ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"]),
    revokedHostKeys: paths("revokedhostkeys", [])[0],
    strictHostKeys: strict(one("stricthostkeychecking")),
    hashKnownHosts: isYes(one("hashknownhosts")),
    proxyJump: tokens.jump === undefined ? [] : tokens.jump.split(",").map((jump) => expandTokens(jump.trim(), tokens)),
    proxyCommand: proxyCommand === undefined ? undefined : expandTokens(proxyCommand, tokens),
    connectTimeoutMs: 1000 * seconds("connecttimeout", defaultConnectSeconds),
    aliveIntervalMs: 1000 * seconds("serveraliveinterval", defaultAliveSeconds),
    aliveCountMax: positive(one("serveralivecountmax")) ?? 3,
    batchMode: isYes(one("batchmode")),
    passwordPrompts: positive(one("numberofpasswordprompts")) ?? 3,
    methods: {
      publickey: !isNo(one("pubkeyauthentication")),
      "keyboard-interactive": !isNo(one("kbdinteractiveauthentication") ?? one("challengeresponseauthentication")),
      password: !isNo(one("passwordauthentication")),
    },
  };
}

/** Parses the output of `ssh -G`. */
export function parseSshG(text: string): RawOptions {
  const raw = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [, key, value] = /^(\S+) (.*?)\r?$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    const name = key.toLowerCase();
    // Several files in one line, without quotes even for names with spaces: each begins like a path.
    const values = name.endsWith("knownhostsfile") ? value.split(/ +(?=[/~%$]|none$)/) : [value];
    raw.set(name, [...(raw.get(name) ?? []), ...values]);
  }
  return raw;
}

function agentSocket(value: string | undefined, env: Local["env"], path: (text: string) => string): string | undefined {
  if (value === "none") return undefined;
  const variable = value === undefined || value === "SSH_AUTH_SOCK" ? "SSH_AUTH_SOCK" : /^\$(\w+)$/.exec(value)?.[1];
  if (variable === undefined) return path(value ?? "");
  const socket = env[variable];
  return socket === undefined || socket === "" ? undefined : socket;
}

function strict(value: string | undefined): HostOptions["strictHostKeys"] {
  switch (value?.toLowerCase()) {
    case "yes":
    case "true":
      return "yes";
    // OpenSSH would even accept a changed key; cowork never does.
    case "no":
    case "off":
    case "false":
    case "accept-new":
      return "accept-new";
    default:
      return "ask";
  }
}

function family(value: string | undefined): 0 | 4 | 6 {
  if (value === "inet") return 4;
  return value === "inet6" ? 6 : 0;
}

/** Parses a number or a time with units (`1m30s`); `none` and 0 are undefined. */
function positive(value: string | undefined): number | undefined {
  const text = value?.toLowerCase() ?? "";
  if (!/^(\d+[smhdw]?)+$/.test(text)) return undefined;
  const unit: Record<string, number> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  let total = 0;
  for (const [, digits, letter] of text.matchAll(/(\d+)([smhdw]?)/g))
    total += Number(digits) * (unit[letter ?? ""] ?? 1);
  return total === 0 || total > 2_000_000 ? undefined : total;
}

function unlessNone(value: string | undefined): string | undefined {
  return value === undefined || value === "" || value.toLowerCase() === "none" ? undefined : value;
}

function isYes(value: string | undefined): boolean {
  return ["yes", "true"].includes(value?.toLowerCase() ?? "");
}

function isNo(value: string | undefined): boolean {
  return ["no", "false"].includes(value?.toLowerCase() ?? "");
}
