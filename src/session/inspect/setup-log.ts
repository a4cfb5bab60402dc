import { plainLines } from "../../system/text.ts";
import { openRegularFile } from "../../system/files/regular-file.ts";
import type { LogOutput } from "./log-output.ts";

/** What was copied of a log. */
export interface LogPosition {
  inode: number;
  offset: number;
}

/** Copies what was added since `position`. A file with another inode, or one that shrank, is new and read from its start. */
export async function copyNews(path: string, position: LogPosition, out: LogOutput): Promise<LogPosition> {
  const file = await openRegularFile(path);
  if (file === undefined) return position;
  try {
    const { ino, size } = await file.stat();
    let offset = ino === position.inode && size >= position.offset ? position.offset : 0;
    const buffer = Buffer.alloc(64 * 1024);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) break;
      // Whole lines only, so that a multi-byte character is never cut; an incomplete last line is copied once it ends.
      const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1 || bytesRead;
      await out(plainLines(buffer.subarray(0, end).toString("utf8")));
      offset += end;
    }
    return { inode: ino, offset };
  } finally {
    await file.close();
  }
}
