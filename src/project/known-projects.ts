import { projectsFile } from "../contract/files.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder, pathExists, readTextFile, writeFileAtomic } from "../system/files.ts";
import { withLock } from "../system/locks.ts";

/** Roots of projects that are remembered. What cannot be read names none: the file only saves typing. */
export async function knownProjects(ctx: Pick<Context, "paths">): Promise<string[]> {
  try {
    const text = await readTextFile(ctx.paths.projects, { maxBytes: 1024 * 1024 });
    if (text === undefined) return [];
    return projectsFile.parse(JSON.parse(text)).roots.filter((root) => root.startsWith("/"));
  } catch {
    return [];
  }
}

/** Remembers a project; forgets those whose folder is gone. */
export async function rememberProject(ctx: Pick<Context, "paths" | "clock" | "signal">, root: string): Promise<void> {
  if ((await knownProjects(ctx)).includes(root)) return;
  await ensureFolder(ctx.paths.home, { mode: 0o700 });
  await withLock(ctx, "projects", {}, async () => {
    const all = [...new Set([...(await knownProjects(ctx)), root])].toSorted();
    const present = await Promise.all(all.map(async (one) => await pathExists(one)));
    const roots = all.filter((_, index) => present[index]);
    await writeFileAtomic(ctx.paths.projects, `${JSON.stringify({ roots }, null, 2)}\n`, { mode: 0o600 });
  });
}
