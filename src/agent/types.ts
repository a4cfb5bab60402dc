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
 * Everything that cowork must know about a coding agent. One folder implements it (`claude/`); all other code in `agent/` and
 * `auth/` uses this type only, so that Codex, Copilot CLI, Gemini CLI and opencode need one more folder each.
 */
export interface Agent {
  id: AgentId;
  /** for people, e.g. `Claude Code` */
  title: string;
  install: {
    /** version used if the settings name none */
    pinned: string;
    /** older ones are refused, and why */
    oldest: { version: string; why: string };
    /** version that the settings name */
    wanted(settings: Settings): string | undefined;
    /** npm package with the program for a variant, and the program's path in it */
    package(variant: Variant): { name: string; program: string };
  };
  launch: {
    /** environment of every process in the container, for any copy of the agent */
    env: Readonly<Record<string, string>>;
    /** read-only folder with the policy for every copy of the agent in the container */
    policy?: {
      /** the folder inside */
      target: string;
      /** name of the only file in it */
      file: string;
      /** content for containers without a session, and for those that an older cowork made */
      shared: string;
      /** content for one session. Commands in it must be in every container that mounts it, whichever cowork made that */
      session(rules: SessionRules): string;
    };
  };
  login: {
    commands: AgentLoginCommands;
    /** Reads the state of the login in the vault. Only reads files, never follows a link, never returns a secret. */
    read(ctx: Context): Promise<Login>;
    /** Remembers the account of the login, from the config folder that the login program wrote. */
    remember(ctx: Context, configFolder: string): Promise<void>;
    /** Removes the login from the vault. False if there was none. */
    forget(ctx: Context): Promise<boolean>;
    /** Stores the long-lived token that a login program printed in the vault. False if the text contains none. */
    store?(ctx: Context, printed: string): Promise<boolean>;
    /** files in the vault that hold secrets */
    files: readonly string[];
    /** lock folder in the vault under which the agent renews the login */
    refreshLock: string;
    /** all lock folders in the vault */
    locks: readonly string[];
  };
  /** environment variables that would replace the login: reported, and overridden by `policy` */
  keepOut: readonly string[];
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
  };
}

export interface AgentLoginCommands {
  /** arguments after the agent's name */
  login: readonly string[];
  longLived?: readonly string[];
  logout: readonly string[];
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
