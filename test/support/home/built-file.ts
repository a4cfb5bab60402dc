import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { tree } from "../git/tree.ts";

/** The built program, as users run it. */
export const builtFile = join(tree, "dist", "cowork");

/** Builds the file if a source is newer. */
export async function buildOnce(): Promise<void> {
  const built = await stat(builtFile).catch(() => undefined);
  if (built !== undefined && (await newestSource()) < built.mtimeMs) return;
  await execa("npm", ["run", "--silent", "build"], { cwd: tree, timeout: 300_000 });
}

async function newestSource(): Promise<number> {
  const times = [join(tree, "package-lock.json"), join(tree, "scripts", "build.ts")];
  for (const folder of ["src", "templates", "scripts/build"]) {
    const names = await readdir(join(tree, folder), { recursive: true });
    times.push(join(tree, folder), ...names.map((name) => join(tree, folder, name)));
  }
  const stats = await Promise.all(times.map(async (path) => (await stat(path)).mtimeMs));
  return Math.max(...stats);
}
