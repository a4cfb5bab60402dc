import type { ConnectIo } from "../../session/session-host.ts";

/** The session that the SSH server gives access to. */
export interface SshProxyTarget {
  /** the private key, in OpenSSH's form */
  hostKey: string;
  /** Runs a command in the session, or the user's shell, and returns the exit code. */
  inside(command: string[] | undefined, io: ConnectIo): Promise<number>;
  /** Renders an error as text. */
  explain(error: unknown): string;
}

/** Shared by all handlers of one client. */
export interface Serving {
  sshProxy: SshProxyTarget;
  /** aborted when the client has gone */
  gone: AbortSignal;
  /** Registers work to wait for before the server ends. */
  keep: (work: Promise<void>) => void;
}
