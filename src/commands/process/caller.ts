import type { Streams } from "../../ui/terminal.ts";

/** The process that cowork was called as, as values: so that tests can be the caller. */
export interface Caller {
  env: Readonly<Record<string, string | undefined>>;
  cwd(): string;
  streams: Streams;
  identity(): { uid: number; gid: number; username: string; homedir: string };
  node: { path: string; version: string };
  /** argv that calls this same cowork again */
  self: readonly [string, ...string[]];
  /** this cowork as a file that runs elsewhere too, and what tells it from another; undefined in the source tree */
  program: { file: string; hash: string } | undefined;
  cpus: number;
  /** file mode mask that it was called with; absent: the usual one */
  umask?: number;
  /** aborted by the first SIGINT, SIGTERM or SIGHUP */
  signal: AbortSignal;
  /** Exit code that belongs to the signal that came: 130, 143, 129. */
  signalCode(): number | undefined;
}
