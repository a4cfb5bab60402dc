import { join } from "node:path";
import { openRegularFile } from "../../../system/files/regular-file.ts";
import type { Context } from "../../../system/context.ts";
import { liveFolder } from "./live-files.ts";

/** What is read of one run at most. */
const maxBytes = 1024 ** 3;
const maxLineBytes = 8 * 1024 ** 2;
const chunkBytes = 256 * 1024;
/** Read in one go, so that a fast writer does not keep the supervisor from its other work. */
const turnBytes = 16 * 1024 ** 2;

/** What a program inside did to the file that no agent does. */
export interface Oddities {
  /** another file took its place */
  replaced: number;
  /** it became shorter */
  truncated: number;
  /** lines that were too long and are left out */
  tooLong: number;
}

export interface OutputReader {
  /** New whole lines, without line ends. */
  read(): Promise<string[]>;
  readonly odd: Readonly<Oddities>;
  /** the limit for one run is reached: nothing more is read */
  readonly isFull: boolean;
}

export interface ReadLimits {
  maxBytes?: number;
  maxLineBytes?: number;
}

/**
 * Reads what an agent prints, line by line, while the container can do anything to the file: every call opens it again through its
 * folder, without following a link, and only a regular file counts. One that was replaced or cut is read from its start.
 */
export function createOutputReader(
  ctx: Pick<Context, "paths">,
  { id, n, limits = {} }: { id: string; n: number; limits?: ReadLimits },
): OutputReader {
  const path = join(liveFolder(ctx, id, n), "out.jsonl");
  const most = { total: limits.maxBytes ?? maxBytes, line: limits.maxLineBytes ?? maxLineBytes };
  const odd: Oddities = { replaced: 0, truncated: 0, tooLong: 0 };
  let file: string | undefined;
  let at = 0;
  let total = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;
  let skipping = false;

  const restart = (): void => {
    [at, rest, restBytes, skipping] = [0, [], 0, false];
  };
  const take = (chunk: Buffer, lines: string[]): void => {
    let from = 0;
    for (let end = chunk.indexOf(10, from); end >= 0; end = chunk.indexOf(10, from)) {
      const part = chunk.subarray(from, end);
      if (skipping || restBytes + part.length > most.line) odd.tooLong += Number(!skipping);
      else lines.push(Buffer.concat([...rest, part]).toString("utf8"));
      [rest, restBytes, skipping] = [[], 0, false];
      from = end + 1;
    }
    if (skipping || from === chunk.length) return;
    const part = Buffer.from(chunk.subarray(from));
    rest.push(part);
    restBytes += part.length;
    if (restBytes <= most.line) return;
    odd.tooLong += 1;
    [rest, restBytes, skipping] = [[], 0, true];
  };

  return {
    odd,
    get isFull() {
      return total >= most.total;
    },
    async read() {
      const lines: string[] = [];
      const opened = await openRegularFile(path, { root: ctx.paths.events(id) });
      if (opened === undefined) return lines;
      try {
        const { dev, ino, size } = await opened.stat();
        const seen = `${dev} ${ino}`;
        if (file !== undefined && file !== seen) {
          odd.replaced += 1;
          restart();
        } else if (size < at) {
          odd.truncated += 1;
          restart();
        }
        file = seen;
        // Nothing new is the usual case, several times a second.
        if (size <= at) return lines;
        const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size - at));
        for (let turn = 0; turn < turnBytes && total < most.total;) {
          const { bytesRead } = await opened.read(buffer, 0, Math.min(buffer.length, most.total - total), at);
          if (bytesRead === 0) break;
          at += bytesRead;
          total += bytesRead;
          turn += bytesRead;
          take(buffer.subarray(0, bytesRead), lines);
        }
        return lines;
      } finally {
        await opened.close();
      }
    },
  };
}
