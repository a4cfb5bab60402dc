import { realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { toCoworkError } from "../errors.ts";
import { ensureFolder, readRegularFile, writeFileAtomic } from "../system/files/files.ts";
import type { Project } from "./types.ts";

const pattern = "/.cowork/";
const header = "# cowork keeps its configuration of this project there";

/**
 * Hides `.cowork/` from `git status` in every working tree, through the repository's `info/exclude`, never through the project's
 * .gitignore. Does nothing if the entry exists or if the project tracks its `.cowork.conf`.
 * @throws PERMISSION_DENIED, DISK_FULL
 */
export async function excludeCowork(project: Pick<Project, "source" | "facts">): Promise<void> {
  if (project.facts.confTracked) return;
  const { gitDir } = project.source;
  try {
    const folder = join(gitDir, "info");
    const owner = await stat(gitDir);
    await ensureFolder(folder, (await exists(folder)) ? {} : { mode: 0o755, uid: owner.uid, gid: owner.gid });
    // The file may be a link to one of the user's.
    const file = await realpath(join(folder, "exclude")).catch(() => join(folder, "exclude"));
    const before = await stat(file).catch(() => undefined);
    const bytes = await readRegularFile(file, { maxBytes: 16 * 1024 * 1024 });
    // latin1 preserves every byte: patterns may be in any encoding.
    const text = Buffer.from(bytes ?? []).toString("latin1");
    if (text.split(/\r?\n/).some((line) => /^\/?\.cowork\/?\s*$/.test(line))) return;
    const start = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    const { mode, uid, gid } = before ?? { mode: 0o644, uid: owner.uid, gid: owner.gid };
    await writeFileAtomic(file, Buffer.from(`${start}${header}\n${pattern}\n`, "latin1"), {
      mode: mode & 0o7777,
      uid,
      gid,
    });
  } catch (error) {
    throw toCoworkError(error);
  }
}

async function exists(folder: string): Promise<boolean> {
  return stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
