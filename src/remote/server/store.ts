import { createWriteStream } from "node:fs";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { hostGitOk } from "../../clone/git/host-git.ts";
import { initBare } from "../../clone/exchange/init-bare.ts";
import type { StoredIdentity, Upload } from "../../contract/remote/store.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, pathExists } from "../../system/files/files.ts";
import { hashFile } from "../../system/files/hash-file.ts";
import { withLock } from "../../system/locks.ts";
import { removeOld } from "../../system/files/remove-old.ts";
import { plain } from "../../system/text.ts";
import { removeTree } from "../../system/files/tree.ts";

export type { StoredIdentity, Upload };

// Every received tip has its own ref, so that machines with the same repository do not overwrite each other's branches.
const kept = "refs/tips/";
const keepMs = 7 * 24 * 3600_000;

/**
 * Returns which of these objects the project's store lacks, and which others it has. Creates the store if it is missing.
 * @throws PROJECT_NAME_TAKEN if another repository uses that name on this host
 */
export async function findLacking(
  ctx: Context,
  project: StoredIdentity,
  oids: readonly string[],
): Promise<{ lacks: string[]; have: string[] }> {
  return await inStore(ctx, project, async (store) => {
    const have = await listTips(ctx, store);
    const unnamed = oids.filter((oid) => !have.has(oid) && /^[0-9a-f]{40,64}$/.test(oid));
    const here = await findObjects(ctx, store, unnamed);
    await nameTips(ctx, store, [...here]);
    return { lacks: unnamed.filter((oid) => !here.has(oid)), have: [...have, ...here] };
  });
}

/** Objects that arrived as part of another tip's history, such as an older commit of a branch. */
async function findObjects(ctx: Context, store: string, oids: readonly string[]): Promise<Set<string>> {
  if (oids.length === 0) return new Set();
  const listed = await hostGitOk(ctx, ["--git-dir", store, "cat-file", "--batch-check=%(objectname) %(objecttype)"], {
    what: "Reading the project's store",
    input: oids.map((oid) => `${oid}\n`).join(""),
    maxOutput: 1 << 28,
  });
  return new Set(listed.split("\n").flatMap((line) => /^([0-9a-f]+) (?:commit|tag)$/.exec(line)?.[1] ?? []));
}

async function nameTips(ctx: Context, store: string, oids: readonly string[]): Promise<void> {
  if (oids.length === 0) return;
  await hostGitOk(ctx, ["--git-dir", store, "update-ref", "--stdin"], {
    what: "Naming the project's commits",
    input: oids.map((oid) => `update ${kept}${oid} ${oid}\n`).join(""),
  });
}

/** The number of bytes of an upload that have arrived. */
export async function uploadedBytes(ctx: Context, project: StoredIdentity, id: string): Promise<number> {
  const file = incomingFile(storeFolder(ctx, project), id);
  return await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Receives the rest of a bundle, verifies it and adds its objects to the store. Locked per bundle. */
export async function takeBundle(ctx: Context, project: StoredIdentity, upload: Upload, rest: Readable): Promise<void> {
  const store = storeFolder(ctx, project);
  const file = incomingFile(store, upload.id);
  const lock = `upload-${project.name}-${upload.id}`;
  await withLock(ctx, lock, { waitMs: 60 * 60_000, what: "the project's transfer" }, async () => {
    await ensureFolder(dirname(file), { mode: 0o700 });
    // interrupted transfers that were never continued
    await removeOld(ctx, dirname(file), keepMs);
    await takeRest(file, upload, rest);
    await unbundle(ctx, project, file);
    await rm(file, { force: true });
  });
}

async function takeRest(file: string, upload: Upload, rest: Readable): Promise<void> {
  await pipeline(rest, createWriteStream(file, { flags: "a", mode: 0o600 }));
  const { size } = await stat(file);
  // The connection broke. The received data is kept for the next attempt.
  if (size < upload.bytes) throw new CoworkError("HOST_UNREACHABLE", "The transfer of the project was interrupted.");
  if (size === upload.bytes && (await hashFile(file)) === upload.sha256) return;
  await rm(file, { force: true });
  throw new CoworkError("GIT_FAILED", "The project's commits were damaged in transfer.", {
    hint: "run the same command again",
  });
}

async function unbundle(ctx: Context, project: StoredIdentity, file: string): Promise<void> {
  await inStore(ctx, project, async (store) => {
    const git = ["--git-dir", store];
    const listed = await hostGitOk(ctx, [...git, "bundle", "list-heads", file], { what: "Reading the bundle" });
    const oids = listed.split("\n").flatMap((line) => /^([0-9a-f]{40,64}) refs\/cowork\/\d+$/.exec(line)?.[1] ?? []);
    await hostGitOk(ctx, [...git, "-c", "core.hooksPath=/dev/null", "bundle", "unbundle", file], {
      what: "Adding the project's commits",
      maxOutput: 1 << 28,
      timeoutMs: 60 * 60_000,
    });
    await nameTips(ctx, store, oids);
  });
}

async function listTips(ctx: Context, store: string): Promise<Set<string>> {
  const args = ["--git-dir", store, "for-each-ref", "--format=%(objectname)", kept];
  const listed = await hostGitOk(ctx, args, { what: "Reading the project's store", maxOutput: 1 << 28 });
  return new Set(listed.split("\n").filter((line) => line !== ""));
}

async function inStore<T>(ctx: Context, project: StoredIdentity, work: (store: string) => Promise<T>): Promise<T> {
  const store = storeFolder(ctx, project);
  return await withLock(
    ctx,
    `store-${project.name}`,
    { waitMs: 30 * 60_000, what: "the project's store" },
    async () => {
      if (!(await pathExists(store))) await makeStore(ctx, project, store);
      const first = (await readFile(join(store, "cowork-root-commit"), "utf8").catch(() => "")).trim();
      if (first !== project.rootCommit) throw taken(project.name);
      if (project.shallow !== undefined) await deepen(store, project.shallow);
      return await work(store);
    },
  );
}

async function makeStore(ctx: Context, project: StoredIdentity, store: string): Promise<void> {
  const building = join(dirname(store), `.tmp-${project.name}`);
  await ensureFolder(dirname(store), { mode: 0o700 });
  await removeTree(building);
  await initBare(ctx, building, project.objectFormat);
  await writeFile(join(building, "cowork-root-commit"), `${project.rootCommit}\n`);
  await rename(building, store);
}

/** Adds the boundaries of a shallow history. Commits that the store already has keep their history. */
async function deepen(store: string, shallow: string): Promise<void> {
  const file = join(store, "shallow");
  const before = await readFile(file, "utf8").catch(() => "");
  const lines = new Set(
    [...before.split("\n"), ...shallow.split("\n")].filter((line) => /^[0-9a-f]{40,64}$/.test(line)),
  );
  await writeFile(file, [...lines].map((line) => `${line}\n`).join(""));
}

function incomingFile(store: string, id: string): string {
  if (!/^[0-9a-f]{16,64}$/.test(id)) throw new CoworkError("REQUEST_INVALID", "The upload has an invalid name.");
  return join(store, "cowork-incoming", `${id}.bundle`);
}

/** The path of a project's store. Invalid project names are refused, because the name becomes a folder name. */
export function storeFolder({ paths }: Pick<Context, "paths">, { name }: Pick<StoredIdentity, "name">): string {
  if (/^[a-z0-9][a-z0-9._-]*$/.test(name)) return paths.store(name);
  throw new CoworkError("REQUEST_INVALID", `${plain(name)} is not a valid project name on a host.`);
}

function taken(name: string): CoworkError {
  return new CoworkError(
    "PROJECT_NAME_TAKEN",
    `Another repository on that host already has the project name ${name}.`,
    {
      hint: steps`give this project another name: ${ownCommand("config", "set", "PROJECT", "<name>")}`,
    },
  );
}
