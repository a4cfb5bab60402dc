export interface RunOptions {
  cwd?: string;
  /** the whole environment of the child; default: the caller's */
  env?: Readonly<Record<string, string | undefined>>;
  /** a promise: the child starts at once and gets its input later; none if the promise rejects */
  input?: string | Uint8Array | Promise<string>;
  /** after this time the child's process group gets SIGTERM, then SIGKILL, and TIMEOUT is thrown */
  timeoutMs?: number;
  /** limit for each stream in bytes, default 64 MiB; beyond it the child is ended and an error thrown */
  maxOutput?: number;
  signal?: AbortSignal;
  /** called for each line of stdout and stderr, as it arrives */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /**
   * Append both streams to this file (0600) instead of collecting them, so that surviving grandchildren hold no pipe. With two
   * files each stream goes to its own. `onLine` then follows the files; lines of a shared file count as stdout.
   */
  outputFile?: string | { stdout: string; stderr: string };
  /** runs the child as another user; only root can */
  uid?: number;
  gid?: number;
  /** umask of the child; default: this process's */
  umask?: number;
  /** milliseconds between SIGTERM and SIGKILL, default 5000 */
  graceMs?: number;
}

export interface RunResult {
  /** exit code; 128+n if signal n ended the child */
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program to its end. An exit code other than 0 is a result, not an error.
 * Throws PROGRAM_MISSING, TIMEOUT, INTERRUPTED, OUTPUT_TOO_LARGE. Never goes through a shell.
 */
export type Run = (file: string, args: readonly string[], options?: RunOptions) => Promise<RunResult>;
