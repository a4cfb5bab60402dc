import { createReadStream, type Stats } from "node:fs";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Pack } from "tar-stream";
import type { Link } from "./link.ts";

/**
 * Sends a tar archive as a separate stream while it is created.
 * @param take calls the host's function that receives the stream of this number; its result is returned
 * @param fill adds the entries, one after another
 */
export async function sendArchive<T>(
  link: Link,
  take: (stream: number) => Promise<T>,
  fill: (archive: Pack) => Promise<void>,
): Promise<T> {
  const { pack } = await import("tar-stream");
  const archive = pack();
  const bytes = new PassThrough();
  const stream = link.nextStream();
  const fillAndEnd = async (): Promise<void> => {
    await fill(archive);
    archive.finalize();
  };
  const [answer] = await Promise.all([
    take(stream),
    link.streams.pump(stream, bytes),
    pipeline(archive, bytes),
    fillAndEnd(),
  ]);
  return answer;
}

/** @param from path of a regular file; data that is appended while it is read is left out, as it would break the archive */
export async function addFile(archive: Pack, name: string, from: string, stats: Stats): Promise<void> {
  const { size } = stats;
  const entry = archive.entry({ name, size, mode: stats.mode & 0o777 });
  if (size === 0) entry.end(Buffer.alloc(0));
  else await pipeline(createReadStream(from, { end: size - 1 }), entry);
}
