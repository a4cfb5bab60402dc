import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { ensureTestBaseImage, testBaseImage } from "./engine.ts";
import { keptArchives, testCache } from "../home/test-cache.ts";

/**
 * The tests' base image as an archive of `docker save`, for engines inside machines and for a new engine of this one.
 * @returns its path; its name changes with the image, so that an older one is never taken for it
 */
export async function baseArchive(): Promise<string> {
  await ensureTestBaseImage();
  const { stdout } = await execa("docker", ["image", "inspect", "-f", "{{.Id}}", testBaseImage]);
  const name = `base-${stdout.replace("sha256:", "").slice(0, 12)}.tar`;
  const archive = join(testCache, name);
  if ((await stat(archive).catch(() => undefined)) !== undefined) return archive;
  await mkdir(testCache, { recursive: true });
  // Another worker may write the same one at this moment: whole files only, by a rename.
  const own = join(testCache, `.${name}-${process.pid}`);
  await execa("docker", ["save", "-o", own, testBaseImage]);
  await rename(own, archive);
  for (const each of await keptArchives()) if (each !== archive) await rm(each, { force: true });
  return archive;
}
