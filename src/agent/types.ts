import type { Settings } from "../config/types.ts";
import type { Login } from "../contract/login.ts";
import type { Context } from "../system/context.ts";

/** Name of an agent: its folder under `lib/agents`, `auth` and `state/{id}`, and the name of its launcher. */
export type AgentId = Settings["agent"];

/** `linux-x64`, `linux-arm64`, each also with `-musl`: as the container needs it. */
export type Variant = `linux-${"x64" | "arm64"}${"" | "-musl"}`;

/**
 * All that cowork must know of a coding agent. One folder implements it (`claude/`); everything else in `agent/` and
 * `auth/` works on this type alone, so that Codex, Copilot CLI, Gemini CLI and opencode are one more folder each.
 */
export interface Agent {
  id: AgentId;
  /** for people, e.g. `Claude Code` */
  title: string;
  install: {
    /** version used when the settings name none */
    pinned: string;
    /** older ones are refused, and why */
    oldest: { version: string; why: string };
    /** version that the settings name */
    wanted(settings: Settings): string | undefined;
    /** npm package that holds the program for a variant, and the program's path in it */
    package(variant: Variant): { name: string; program: string };
  };
  launch: {
    /** environment of every process in the container, for any copy of the agent that is called */
    env: Readonly<Record<string, string>>;
    /** read-only folder that binds every copy of the agent in the container: what is kept out of its hands */
    policy?: { target: string; files: Readonly<Record<string, string>> };
  };
  login: {
    commands: AgentLoginCommands;
    /** What the vault holds. Reads files only, never follows a link, never gives a secret. */
    read(ctx: Context): Promise<Login>;
    /** Remembers whose login the vault holds from the config folder that the login program wrote. */
    remember(ctx: Context, configFolder: string): Promise<void>;
    /** Removes the login from the vault. False when there was none. */
    forget(ctx: Context): Promise<boolean>;
    /** Puts the long-lived token that a login program printed into the vault. False when there is none in the text. */
    store?(ctx: Context, printed: string): Promise<boolean>;
    /** files in the vault that hold secrets */
    files: readonly string[];
    /** lock folder in the vault under which the agent renews the login */
    refreshLock: string;
    /** all lock folders in the vault */
    locks: readonly string[];
  };
  /** environment variables that would put something else in the login's place: reported, and kept out by `policy` */
  keepOut: readonly string[];
  /** Writes the session's own agent config: the user's ways, and no first-run screens where there is a login. */
  prepare(ctx: Context, session: AgentSession): Promise<string[]>;
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

/** A session as its agent sees it. */
export interface AgentSession {
  id: string;
  /** folder that the session works in, inside the container, links resolved; undefined while it is not known */
  workspaceFolder?: string;
  /** whether the user's own ways are copied in */
  ownWays: boolean;
}

export type { Login };
export type LoginState = Login["state"];

/** What an agent adds to a dev container. Paths of `source` are on the host and exist. */
export interface AgentParts {
  mounts: { source: string; target: string; readOnly: boolean }[];
  containerEnv: Record<string, string>;
  notes: string[];
}
