import { createReadStream } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { GitInside } from "../../clone/types.ts";
import type { RunView } from "../../contract/work/run.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { lookAtPath } from "../../system/files/files.ts";
import type { WorkPlace } from "../types.ts";
import { artifactFiles, writeDiff, writeTranscript } from "./artifacts.ts";
import { isActive } from "./run-state.ts";

/**
 * Writes the files of a run as a tar stream. Of a run that is active, they are as they are now: its changes and its transcript are
 * written again.
 */
export async function saveRunFiles(
  ctx: Context,
  { place, run, git }: { place: WorkPlace; run: RunView; git: () => Promise<GitInside> },
  out: Writable,
): Promise<void> {
  const { id } = place;
  const folder = ctx.paths.run(id, run.n);
  if (isActive(run) && run.startedAt !== undefined) await refresh(ctx, { place, run, git }, folder);
  const { pack: createPack } = await import("tar-stream");
  const pack = createPack({});
  const sent = pipeline(pack, out, { signal: ctx.signal });
  sent.catch(() => undefined);
  const add = async (name: string, path: string): Promise<void> => {
    const { size, mtime } = await stat(path);
    const header = { name, size, mtime, mode: 0o600 };
    // A file that grows meanwhile is cut at the size that was announced.
    if (size === 0) pack.entry(header, "");
    else await pipeline(createReadStream(path, { end: size - 1 }), pack.entry(header), { signal: ctx.signal });
  };
  try {
    for (const [name, file] of artifactFiles)
      if (lookAtPath(join(folder, file))?.isFile() === true) await add(name, join(folder, file));
    pack.finalize();
    await sent;
  } catch (error) {
    pack.destroy();
    throw toCoworkError(error);
  }
}

async function refresh(
  ctx: Context,
  { place, run, git }: { place: WorkPlace; run: RunView; git: () => Promise<GitInside> },
  folder: string,
): Promise<void> {
  const at = { id: place.id, n: run.n };
  try {
    await writeDiff(ctx, await git(), { ...at, to: join(folder, "diff.patch") });
    await writeTranscript(ctx, place, { n: run.n, to: join(folder, "transcript.md") });
    await writeFile(join(folder, "result.json"), `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log(`run ${run.id}: ${toCoworkError(error).message}`);
  }
}
