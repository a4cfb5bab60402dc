import { Writable } from "node:stream";

/** Keeps the last bytes of what is written to it, from the start of a line on. */
export function collectTail(bytes: number): { stream: Writable; take(): { text: string; truncated: boolean } } {
  let chunks: Buffer[] = [];
  let size = 0;
  let truncated = false;
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      size += chunk.length;
      // Joined now and then only, so that many small pieces cost little.
      if (size > 2 * bytes + 65_536) {
        chunks = [Buffer.concat(chunks).subarray(-bytes)];
        truncated = true;
        size = bytes;
      }
      done();
    },
  });
  return {
    stream,
    take: () => {
      const all = Buffer.concat(chunks);
      const isCut = truncated || all.length > bytes;
      const last = all.subarray(Math.max(0, all.length - bytes));
      return { text: (isCut ? last.subarray(last.indexOf(10) + 1) : last).toString("utf8"), truncated: isCut };
    },
  };
}
