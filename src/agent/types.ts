import type { Settings } from "../config/types.ts";
import type { Login } from "../contract/login.ts";
import type { PermissionRules, SessionRules } from "../contract/work/rules.ts";
import type { Context } from "../system/context.ts";
import type { AgentRepository } from "./repository.ts";
import type { AgentApprovals, AgentRuns, AgentStates, AgentTerminals, AgentTranscripts } from "./at-work.ts";

/** Name of an agent: its folder under `lib/agents`, `auth` and `state/{id}`, and the name of its launcher. */
export type AgentId = Settings["agent"];

/** `linux-x64`, `linux-arm64`, each also with `-musl`, depending on the container. */
export type Variant = `linux-${"x64" | "arm64"}${"" | "-musl"}`;

/**
 * Everything that cowork must know about a coding agent. One folder implements it (`claude/`), and the catalogs name it; all other code
 * in `agent/` and `auth/` uses this type only.
 */
export interface Agent {
  id: AgentId;
  /** for people, e.g. `Claude Code` */
  title: string;
  install: AgentInstall;
  launch: AgentLaunch;
  login: AgentLogin;
  /**
   * Environment variables that would replace the login, or send it elsewhere: reported, and unset by the launcher. A name that ends in
   * `*` stands for all that start like it. What a program reads from a repository's files is for `launch.policy` to override.
   */
  keepOut: readonly string[];
  /** entries of the session's config folder that hold its conversations: kept when the session is removed */
  conversations: readonly string[];
  /** Writes the session's own agent config: the user's instructions, and no first-run screens if there is a login. */
  prepare(ctx: Context, session: AgentSession): Promise<string[]>;
  /** The user's own permission rules on this host, in the agent's own form; undefined: none. They go into the session's policy. */
  ownRules?(ctx: Context): Promise<PermissionRules | undefined>;
  /** settings that a repository brings; absent: none are known */
  repository?: AgentRepository;
  /** hooks and state files that tell what it does; absent: its state is unknown */
  states?: AgentStates;
  /** runs without a person; absent: not possible */
  run?: AgentRuns;
  /** started in a terminal with a prompt; absent: not possible */
  terminal?: AgentTerminals;
  /** what it did in a terminal; absent: only what its runs printed is known */
  transcripts?: AgentTranscripts;
  /** questions that a person can answer from outside; absent: only in its own terminal */
  approvals?: AgentApprovals;
  stop: {
    /** command name of its processes inside (/proc/N/comm) */
    process: string;
    /** other programs have that name, too: the agent's are those whose command line starts with cowork's installation */
    installed?: boolean;
  };
}

export interface AgentInstall {
  /** version used if the settings name none */
  pinned: string;
  /** older ones are refused, and why */
  oldest: { version: string; why: string };
  /** version that the settings name */
  wanted(settings: Settings): string | undefined;
  /** What is installed for a variant, or why there is nothing for it: a reason that ends a sentence, in plain words. */
  package(variant: Variant, version: string): AgentPackage | { unavailable: string };
  /**
   * A step after unpacking: the program runs once, in a temporary container of cowork's own image without network, and writes into
   * `folder` of the installation, which is read-only afterwards.
   */
  settle?: {
    args: readonly string[];
    env?: Readonly<Record<string, string>>;
    /** in the installation; not one of the package's */
    folder: string;
  };
}

/** What of an npm package is installed, in `lib/agents/{agent}/{version}/{variant}/`. Paths are those in the package. */
export interface AgentPackage {
  name: string;
  /** npm's version, e.g. `1.2.3-linux-x64` */
  version: string;
  /** files, and folders with everything below, that are kept in their places; other types than regular files are left out */
  keep: readonly string[];
  /** the program, among those */
  program: string;
  /** the variant that it is installed as, if one package is for several; default: the variant that was asked for */
  as?: Variant;
  /** shared libraries that the image must have, and how to get them: shown instead of the loader's error */
  needs?: readonly { library: string; hint: string }[];
}

export interface AgentLaunch {
  /** environment of every process in the container, for any copy of the agent */
  env: Readonly<Record<string, string>>;
  /** variables for the launcher's program alone, whose value is a path in the installation: `{ NAME: "folder" }` */
  installed?: Readonly<Record<string, string>>;
  /** variables for the launcher's program alone */
  own?: Readonly<Record<string, string>>;
  /** arguments of the program before the user's */
  args?: readonly string[];
  /** read-only folder with the policy for every copy of the agent in the container */
  policy?: AgentPolicy;
  /** a variable that the launcher reads at each start from the first line of a file in the vault, up to 16 KiB */
  secret?: { variable: string; file: string };
  /** files in the vault that are links, of the same name, in the session's config folder: made before each start */
  links?: readonly string[];
}

/** Contents by path in the folder; a path may have sub-folders. */
export type PolicyFiles = Readonly<Record<string, string>>;

export interface AgentPolicy {
  /** the folder inside; `contract/agents.ts` names it, too */
  target: string;
  /** it overrides the variables of `keepOut`, too, for any copy of the program; otherwise only the launcher keeps them out */
  overridesVariables?: boolean;
  /** for containers without a session, and for those that an older cowork made; empty: they need none */
  shared: PolicyFiles;
  /** the agent believes the files only if root owns them in the container */
  ownedByRoot?: boolean;
  /** for one session. Commands in it must be in every container that mounts it, whichever cowork made that */
  session(rules: SessionRules): PolicyFiles;
}

export interface AgentLogin {
  commands: AgentLoginCommands;
  /** Reads the state of the login in the vault. Only reads files, never follows a link, never returns a secret. */
  read(ctx: Context): Promise<Login>;
  /** Prepares the empty config folder of the login's container. */
  begin?(ctx: Context, configFolder: string): Promise<void>;
  /**
   * Remembers the account of the login, from the config folder that the login program wrote. Where the login itself is in that folder,
   * this also puts it into the vault: the folder is removed afterwards.
   */
  remember(ctx: Context, configFolder: string): Promise<void>;
  /** Removes the login from the vault. False if there was none. */
  forget(ctx: Context): Promise<boolean>;
  /** Stores the long-lived token that a login program printed in the vault. False if the text contains none. */
  store?(ctx: Context, printed: string): Promise<boolean>;
  /** files in the vault that hold secrets; without the first there is no login */
  files: readonly [string, ...string[]];
  renewal: AgentRenewal;
}

/**
 * Who renews the login, and how only one process at a time does. A lock is a folder in the vault: who creates it holds it, and touches
 * it every five seconds.
 */
export type AgentRenewal =
  /** it is never renewed */
  | { kind: "none" }
  /** the agent does, under locks of its own. `lock`: that of a renewal; `locks`: all of them */
  | { kind: "agent"; lock: string; locks: readonly string[] }
  /**
   * cowork does, ahead of time. `program`, in /opt/cowork/bin, is started by the launcher as the session's user, with the agent's
   * environment: `PROGRAM before AGENT` and, when that has ended, `PROGRAM while PID AGENT` beside the agent, whose process id is PID.
   * AGENT is the path of the agent's program. `before` may print lines for the user to its standard error.
   */
  | { kind: "cowork"; lock: string; locks: readonly string[]; program: string };

export interface LoginCommand {
  /** arguments after the agent's name */
  args: readonly string[];
  how: "device-code" | "pasted-code" | "browser" | "token";
}

export interface AgentLoginCommands {
  login: LoginCommand;
  /** prints a token that is not renewed, for `store` */
  longLived?: LoginCommand;
  /** reads a token from its standard input, without a terminal */
  token?: LoginCommand;
  /** absent: cowork only removes the login from the vault */
  logout?: readonly string[];
}

/** A session, for its agent. */
export interface AgentSession {
  id: string;
  /** working folder of the session, inside the container, links resolved; undefined while it is not known */
  workspaceFolder?: string;
  /** whether the user's own instructions are copied in */
  ownWays: boolean;
}

export type { Login };
export type LoginState = Login["state"];

/** What an agent adds to a dev container. Paths in `source` are on the host and exist. */
export interface AgentParts {
  mounts: { source: string; target: string; readOnly: boolean }[];
  containerEnv: Record<string, string>;
  notes: string[];
}
