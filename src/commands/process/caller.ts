import type { Streams } from "../../ui/terminal/terminal.ts";

/** The current process as plain values, so that tests can provide their own. */
export interface Caller {
  env: Readonly<Record<string, string | undefined>>;
  cwd(): string;
  streams: Streams;
  identity(): { uid: number; gid: number; username: string; homedir: string };
  node: { path: string; version: string };
  /** argv that runs this same cowork again */
  self: readonly [string, ...string[]];
  /** this cowork as a file that also runs on other machines, and its hash; undefined in the source tree */
  program: { file: string; hash: string } | undefined;
  cpus: number;
  /** the umask at the start; absent: the usual one */
  umask?: number;
  /** aborted by the first SIGINT, SIGTERM or SIGHUP */
  signal: AbortSignal;
  /** The exit code of the signal received: 130, 143 or 129. */
  signalCode(): number | undefined;
}
