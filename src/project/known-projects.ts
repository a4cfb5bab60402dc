import { projectsFile } from "../contract/files.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder, pathExists, readTextFile, writeFileAtomic } from "../system/files/files.ts";
import { withLock } from "../system/locks.ts";

/** Roots of the known projects. Empty if the file cannot be read: it is only a convenience. */
export async function knownProjects(ctx: Pick<Context, "paths">): Promise<string[]> {
  try {
    const text = await readTextFile(ctx.paths.projects, { maxBytes: 1024 * 1024 });
    if (text === undefined) return [];
    return projectsFile.parse(JSON.parse(text)).roots.filter((root) => root.startsWith("/"));
  } catch {
    return [];
  }
}

type Writing = Pick<Context, "paths" | "clock" | "signal">;

/** Adds a project, and removes those whose folder no longer exists. */
export async function rememberProject(ctx: Writing, root: string): Promise<void> {
  if ((await knownProjects(ctx)).includes(root)) return;
  await changeProjects(ctx, async (known) => {
    const all = [...known, root];
    const present = await Promise.all(all.map(async (one) => await pathExists(one)));
    return all.filter((_, index) => present[index]);
  });
}

export async function forgetProject(ctx: Writing, root: string): Promise<void> {
  await changeProjects(ctx, async (known) => known.filter((one) => one !== root));
}

async function changeProjects(ctx: Writing, change: (roots: string[]) => Promise<string[]>): Promise<void> {
  await ensureFolder(ctx.paths.home, { mode: 0o700 });
  await withLock(ctx, "projects", {}, async () => {
    const roots = [...new Set(await change(await knownProjects(ctx)))].toSorted();
    await writeFileAtomic(ctx.paths.projects, `${JSON.stringify({ roots }, null, 2)}\n`, { mode: 0o600 });
  });
}
