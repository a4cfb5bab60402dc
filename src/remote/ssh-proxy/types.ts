import type { ConnectIo } from "../../session/session-host.ts";

/** What the server needs of the session that it is the door to. */
export interface SshProxyTarget {
  /** the private key, in OpenSSH's form */
  hostKey: string;
  /** runs a command inside, without one the user's shell, and gives its exit code */
  inside(command: string[] | undefined, io: ConnectIo): Promise<number>;
  /** an error as a person reads it */
  explain(error: unknown): string;
}

/** What everything that is served for one client has at hand. */
export interface Serving {
  sshProxy: SshProxyTarget;
  /** aborted when the client has gone */
  gone: AbortSignal;
  /** takes what goes on, for whoever waits for its end */
  keep: (work: Promise<void>) => void;
}
