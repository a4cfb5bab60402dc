import { constants, statSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { toCoworkError } from "../../errors.ts";
import { splitLines } from "./collect.ts";
import type { RunOptions } from "./process.ts";

type OutputFile = RunOptions["outputFile"];

const pollMs = 200;

/** Opens the files that a child writes to directly: appends, creates with mode 0600, refuses links. */
export async function openFilesForChild(
  files: OutputFile,
): Promise<{ stdio: { stdout: number; stderr: number }; close(): Promise<void> } | undefined> {
  if (files === undefined) return undefined;
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const handles: FileHandle[] = [];
  const close = async (): Promise<void> => {
    for (const handle of handles) await handle.close();
  };
  try {
    const stdout = await open(typeof files === "string" ? files : files.stdout, flags, 0o600);
    handles.push(stdout);
    if (typeof files === "string") return { stdio: { stdout: stdout.fd, stderr: stdout.fd }, close };
    const stderr = await open(files.stderr, flags, 0o600);
    handles.push(stderr);
    return { stdio: { stdout: stdout.fd, stderr: stderr.fd }, close };
  } catch (error) {
    await close();
    throw toCoworkError(error);
  }
}

interface Tail {
  /** Reads the rest, and passes on a last line even without a newline. */
  finish(): Promise<void>;
}

/** Follows the files from their current end, and passes on every complete line. */
export function followLines(files: OutputFile, onLine: NonNullable<RunOptions["onLine"]>): Tail | undefined {
  if (files === undefined) return undefined;
  if (typeof files === "string") return follow(files, (line) => onLine(line, "stdout"));
  const both = [
    follow(files.stdout, (line) => onLine(line, "stdout")),
    follow(files.stderr, (line) => onLine(line, "stderr")),
  ];
  return { finish: async () => void (await Promise.all(both.map((one) => one.finish()))) };
}

function follow(path: string, onLine: (line: string) => void): Tail {
  const lines = splitLines(onLine);
  let position = statSync(path).size;
  const look = async (): Promise<void> => {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      for (;;) {
        const chunk = Buffer.allocUnsafe(64 * 1024);
        const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        lines.push(chunk.subarray(0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  };
  // Reads are chained, even if one takes longer than the interval. A file that was moved away has no more lines.
  let looking = Promise.resolve();
  const lookNext = (): Promise<void> => (looking = looking.then(look).catch(() => undefined));
  const timer = setInterval(() => void lookNext(), pollMs);
  return {
    async finish() {
      clearInterval(timer);
      await lookNext();
      lines.end();
    },
  };
}
