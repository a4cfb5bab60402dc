import { plainLines } from "../../system/text.ts";
import { openRegularFile } from "../../system/files/regular-file.ts";
import type { LogOutput } from "./log-output.ts";

/** What was copied of a log. */
export interface LogPosition {
  inode: number;
  offset: number;
}

/**
 * Copies what was added since `at`, and moves it. A file with another inode, or one that shrank, is new and read from its start.
 */
export async function copyNews(path: string, at: LogPosition, out: LogOutput): Promise<void> {
  const file = await openRegularFile(path);
  if (file === undefined) return;
  try {
    const { ino, size } = await file.stat();
    Object.assign(at, { inode: ino, offset: ino === at.inode && size >= at.offset ? at.offset : 0 });
    const buffer = Buffer.alloc(64 * 1024);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at.offset);
      if (bytesRead === 0) break;
      // Whole lines only, so that a multi-byte character is never cut; an incomplete last line is copied once it ends.
      const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1 || bytesRead;
      Object.assign(at, { offset: at.offset + end });
      await out(plainLines(buffer.subarray(0, end).toString("utf8")));
    }
  } finally {
    await file.close();
  }
}
