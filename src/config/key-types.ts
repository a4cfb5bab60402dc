import type { Settings } from "./types.ts";

/** Keys about messages and addresses of this user alone: they count in the user's file only. */
export type UserKeyName =
  | "PUBLIC_URL"
  | "NOTIFY"
  | "NOTIFY_DETAILS"
  | "NOTIFY_REMIND"
  | "NOTIFY_QUIET"
  | "NOTIFY_PRIVATE"
  | "NOTIFY_TELEGRAM_TOKEN"
  | "NOTIFY_TELEGRAM_CHAT"
  | "NOTIFY_TELEGRAM_USER"
  | "NOTIFY_TELEGRAM_API"
  | "NOTIFY_NTFY"
  | "NOTIFY_NTFY_TOKEN"
  | "NOTIFY_SLACK"
  | "NOTIFY_DISCORD"
  | "NOTIFY_WEBHOOK_URL"
  | "NOTIFY_WEBHOOK_SECRET";

export type KeyName =
  | UserKeyName
  | "SESSIONS"
  | "PROJECT"
  | "BASE_IMAGE"
  | "AGENT"
  | "AGENT_COMMAND"
  | "CLAUDE_VERSION"
  | "CODEX_VERSION"
  | "COPILOT_VERSION"
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
  | "CA_CERTS"
  | "PERMISSIONS"
  | "MODEL"
  | "BUDGET"
  | "TIMEOUT"
  | "RUNS"
  | "AGENT_TASKS"
  | "TEST";

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
  /** Why a value that was refused is not possible, if there is more to it than its form. */
  refused?: (value: string) => string | undefined;
  /** Why the key needs the trust question in a project's file that git tracks, that is, one that comes with the repository. */
  needsTrust?: string;
  /** written only by cowork, and only to a project's file */
  managed?: true;
  /** counts in the user's file only: no repository, variable or flag can set it */
  userOnly?: true;
  /** never shown, and never taken from a command line; its file must be readable by the user alone */
  secret?: true;
}
