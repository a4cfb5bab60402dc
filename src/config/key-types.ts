import type { Settings } from "./types.ts";

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
  /** Why the key needs the trust question in a project's file that git tracks, that is, one that comes with the repository. */
  needsTrust?: string;
  /** written only by cowork, and only to a project's file */
  managed?: true;
}
