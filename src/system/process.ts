export interface RunOptions {
  cwd?: string;
  /** the whole environment of the child; default: the caller's */
  env?: Readonly<Record<string, string | undefined>>;
  input?: string | Uint8Array;
  /** after it the child's process group gets SIGTERM, then SIGKILL, and TIMEOUT is thrown */
  timeoutMs?: number;
  /** bytes kept of each stream, default 64 MiB; the child is ended and an error thrown beyond it */
  maxOutput?: number;
  signal?: AbortSignal;
  /** stdout and stderr, line by line, as they come */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /**
   * Append both streams to this file (0600) instead of keeping them: no pipe of ours stays with grandchildren that live on.
   * With two files each stream goes to its own. `onLine` then reads along in the files; lines of a shared one count as stdout.
   */
  outputFile?: string | { stdout: string; stderr: string };
  /** runs the child as somebody else; root only */
  uid?: number;
  gid?: number;
  /** file mode mask of the child; default: this process's */
  umask?: number;
  /** between SIGTERM and SIGKILL, default 5000 */
  graceMs?: number;
}

export interface RunResult {
  /** 128+n when a signal ended it */
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program to its end. An exit code other than 0 is a result, not an error.
 * Throws PROGRAM_MISSING, TIMEOUT, INTERRUPTED, OUTPUT_TOO_LARGE. Never goes through a shell.
 */
export type Run = (file: string, args: readonly string[], options?: RunOptions) => Promise<RunResult>;
