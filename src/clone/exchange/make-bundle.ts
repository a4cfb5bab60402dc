import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { alternatePath } from "../git/alternates.ts";
import { hostGit, hostGitOk } from "../git/host-git.ts";
import { initBare } from "./init-bare.ts";
import { readStore } from "../git/project-refs.ts";

export interface BundleOptions {
  /** objects (commits, annotated tags) to include; in the bundle they are `refs/cowork/0`, `refs/cowork/1`, … */
  oids: readonly string[];
  /** objects that the other side says it has; those that the project does not have are ignored */
  have: readonly string[];
}

/**
 * Makes a bundle of the project's commits in a repository that borrows the project's objects, so that no ref of the project is
 * needed or changed.
 * @param folder a temporary folder of the caller
 * @returns the bundle's path; undefined if the other side already has everything
 * @throws GIT_FAILED, DISK_FULL
 */
export async function makeBundle(
  ctx: Context,
  source: Source,
  options: BundleOptions,
  folder: string,
): Promise<string | undefined> {
  const git = ["--git-dir", await borrowObjects(ctx, source, folder)];
  const names = options.oids.map((oid, n) => ({ oid, ref: `refs/cowork/${n}` }));
  await hostGitOk(ctx, [...git, "update-ref", "--stdin"], {
    what: "Naming the project's commits",
    input: names.map(({ oid, ref }) => `create ${ref} ${oid}\n`).join(""),
  });
  const known = await hostGitOk(ctx, [...git, "cat-file", "--batch-check=%(objecttype) ^%(objectname)"], {
    what: "Comparing with the other side",
    input: options.have
      .filter((oid) => /^[0-9a-f]+$/.test(oid))
      .map((oid) => `${oid}\n`)
      .join(""),
  });
  const without = known
    .split("\n")
    .flatMap((line) => (line.startsWith("commit ") ? [line.slice("commit ".length)] : []));
  const file = join(folder, "commits.bundle");
  const made = await hostGit(ctx, [...git, "bundle", "create", "--quiet", file, "--stdin"], {
    input: [...names.map(({ ref }) => ref), ...without].map((line) => `${line}\n`).join(""),
  });
  if (made.code === 0) return file;
  if (/empty bundle/.test(made.stderr)) return undefined;
  throw new CoworkError("GIT_FAILED", `Bundling the project's commits failed: ${plain(made.stderr).slice(0, 300)}`);
}

async function borrowObjects(ctx: Context, source: Source, folder: string): Promise<string> {
  const { objectFormat, objects } = await readStore(ctx, source.gitDir);
  const repository = join(folder, "repository");
  await initBare(ctx, repository, objectFormat);
  await mkdir(join(repository, "objects/info"), { recursive: true });
  await writeFile(join(repository, "objects/info/alternates"), `${alternatePath(objects)}\n`);
  const shallow = await readFile(join(source.gitDir, "shallow")).catch(() => undefined);
  if (shallow !== undefined) await writeFile(join(repository, "shallow"), shallow);
  return repository;
}
