import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { ensureTestBaseImage, testBaseImage } from "./engine.ts";
import { keptArchives, testCache } from "../home/test-cache.ts";

/**
 * Saves the tests' base image with `docker save`, for engines inside test machines and for a new engine on this one.
 * @returns path of the archive; its name contains the image's id, so an outdated archive is never used
 */
export async function baseArchive(): Promise<string> {
  await ensureTestBaseImage();
  const { stdout } = await execa("docker", ["image", "inspect", "-f", "{{.Id}}", testBaseImage]);
  const name = `base-${stdout.replace("sha256:", "").slice(0, 12)}.tar`;
  const archive = join(testCache, name);
  if ((await stat(archive).catch(() => undefined)) !== undefined) return archive;
  await mkdir(testCache, { recursive: true });
  // Another worker may write the same archive now. The rename makes sure that only complete files are seen.
  const partial = join(testCache, `.${name}-${process.pid}`);
  await execa("docker", ["save", "-o", partial, testBaseImage]);
  await rename(partial, archive);
  for (const each of await keptArchives()) if (each !== archive) await rm(each, { force: true });
  return archive;
}
