import type { Readable } from "node:stream";
import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import type { BuildSpec } from "./types.ts";

/** One line of the engine's answer to a build, a pull or an import. */
export interface ProgressLine {
  stream?: string;
  status?: string;
  id?: string;
  error?: string;
  aux?: { ID?: string };
}

/**
 * The files of a build as a tar archive. Without times, owners or the like: equal files give equal builds. A file that begins
 * with `#!` is executable.
 */
export async function packContext(files: BuildSpec["files"]): Promise<Buffer> {
  const { pack: createPack } = await import("tar-stream");
  const pack = createPack();
  for (const [name, content] of Object.entries(files)) {
    const data = typeof content === "string" ? Buffer.from(content) : Buffer.from(content);
    const mode = data.subarray(0, 2).toString("latin1") === "#!" ? 0o755 : 0o644;
    pack.entry({ name, mode, mtime: new Date(0), uid: 0, gid: 0 }, data);
  }
  pack.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of pack) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/**
 * Reads such an answer to its end.
 * @param doing as in `engineError`
 * Throws ENGINE_FAILED with the engine's message and the last lines before it, if the work failed.
 */
export async function followProgress(answer: Readable, doing: string, onLine?: (line: string) => void): Promise<void> {
  const last: string[] = [];
  const take = (text: string): void => {
    const line = plain(text);
    if (line === "") return;
    last.push(line);
    if (last.length > 40) last.shift();
    onLine?.(line);
  };
  for await (const line of jsonLines(answer)) {
    if (line.error !== undefined) {
      throw new CoworkError("ENGINE_FAILED", `The Docker Engine could not ${doing}: ${plain(line.error)}`, {
        detail: last.join("\n"),
      });
    }
    for (const text of (line.stream ?? "").split("\n")) take(text);
    if (line.status !== undefined) take(line.id === undefined ? line.status : `${line.id}: ${line.status}`);
  }
}

async function* jsonLines(answer: Readable): AsyncGenerator<ProgressLine> {
  const { createInterface } = await import("node:readline");
  for await (const line of createInterface({ input: answer, crlfDelay: Infinity })) {
    if (line.trim() === "") continue;
    try {
      yield JSON.parse(line) as ProgressLine;
    } catch {
      yield { stream: line };
    }
  }
}
