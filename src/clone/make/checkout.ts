import { constants } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { removeTree } from "../../system/files/tree.ts";
import { memoizePerRun } from "../../system/known.ts";
import { plain } from "../../system/text.ts";
import { hostGit, hostGitOk } from "../git/host-git.ts";
import { lfsFiles } from "../git/lfs-store.ts";

/** A repository that is being created: its git folder and its working tree. */
export interface Workplace {
  gitDir: string;
  workTree: string;
  /** full id of the checked-out commit: facts about its content are read once for all sessions */
  commit: string;
}

/** Settings for git while a clone is created. */
const checkoutConfig: [string, string][] = [
  ["core.hooksPath", "/dev/null"],
  ["checkout.workers", "0"],
];
/** Without git-lfs its files are checked out as pointers; otherwise the checkout would fail. */
const noLfs: [string, string][] = [
  ["filter.lfs.smudge", ""],
  ["filter.lfs.clean", ""],
  ["filter.lfs.process", ""],
  ["filter.lfs.required", "false"],
];
const withLfs: [string, string][] = [
  ["filter.lfs.smudge", "git-lfs smudge -- %f"],
  ["filter.lfs.clean", "git-lfs clean -- %f"],
  ["filter.lfs.process", "git-lfs filter-process"],
];

/** Where a checkout gets objects from while the repository's own are still being copied. */
export interface Borrowing {
  /** absolute path of an `objects` folder that is complete; undefined: nothing is borrowed */
  objects?: string;
  /** resolves when the repository has all of its objects */
  copied: Promise<void>;
}

/**
 * Checks HEAD out into an empty working tree. git-lfs files are filled from the project's own store, without network.
 *
 * @param lfsStore `lfs/objects` of the source
 * @param from where objects are borrowed from; without it the repository is complete
 * @returns what is missing, one line each; throws GIT_FAILED
 */
export async function checkoutHead(
  ctx: Context,
  place: Workplace,
  lfsStore: string,
  what: string,
  from: Borrowing = { copied: Promise.resolve() },
): Promise<string[]> {
  const git = ["--git-dir", place.gitDir, "--work-tree", place.workTree];
  // For reading only: a checkout creates no objects.
  const borrowed: Record<string, string> = from.objects === undefined ? {} : { GIT_OBJECT_DIRECTORY: from.objects };
  if (from.objects === undefined) await from.copied;
  const lfs = await lfsState(ctx, place, git, borrowed);
  // git-lfs is a separate program that may write objects, so they must not be borrowed.
  if (lfs !== "unused") await from.copied;
  const config = [...checkoutConfig, ...(lfs === "missing" ? noLfs : lfs === "there" ? withLfs : [])];
  if (lfs !== "unused") await copyLfsObjects(lfsStore, join(place.gitDir, "lfs", "objects"), ctx.signal);
  const options = { cwd: place.workTree, safe: [place.workTree, place.gitDir], config, isolated: true };
  await hostGitOk(ctx, [...git, "read-tree", "-m", "-u", "--no-recurse-submodules", "HEAD"], {
    ...options,
    what: `Checking out ${what}`,
    // A smudge filter that lacks an object would access the network.
    extraEnv: { GIT_LFS_SKIP_SMUDGE: "1", ...(lfs === "unused" ? borrowed : {}) },
  });
  await from.copied;
  if (lfs === "missing") {
    return [
      `${what} has git-lfs files, but git-lfs is not installed on this machine, so they are pointers; run "git lfs checkout" inside to fill them`,
    ];
  }
  if (lfs === "unused") return [];
  const filled = await hostGit(ctx, [...git, "lfs", "checkout"], options);
  // git-lfs installs its hooks itself wherever it is used; in a container without git-lfs they would only fail.
  await removeTree(join(place.gitDir, "hooks"));
  return filled.code === 0 ? [] : [`${what}: "git lfs checkout" failed here; run "git lfs pull" inside`];
}

/** After a change of owner the index must be refreshed, or every later `status` would read all files again. */
export async function refreshIndex(ctx: Context, place: Workplace): Promise<void> {
  const git = ["--git-dir", place.gitDir, "--work-tree", place.workTree];
  const lfs = await lfsState(ctx, place, git);
  const config = [...checkoutConfig, ...(lfs === "missing" ? noLfs : lfs === "there" ? withLfs : [])];
  await hostGit(ctx, [...git, "update-index", "-q", "--refresh"], {
    cwd: place.workTree,
    safe: [place.workTree, place.gitDir],
    config,
    isolated: true,
  });
}

type LfsState = "unused" | "there" | "missing";

async function lfsState(
  ctx: Context,
  place: Workplace,
  git: string[],
  extraEnv: Record<string, string> = {},
): Promise<LfsState> {
  if (!(await readFilters(ctx, place, git, extraEnv)).includes("lfs")) return "unused";
  return await memoizePerRun(ctx, "git-lfs", async () =>
    (await hostGit(ctx, ["lfs", "version"])).code === 0 ? "there" : "missing",
  );
}

/** Names of the filters that the commit's attributes use. */
async function readFilters(
  ctx: Context,
  { commit }: Workplace,
  git: string[],
  extraEnv: Readonly<Record<string, string>>,
): Promise<string[]> {
  const attributes = [":(glob)**/.gitattributes", ".gitattributes"];
  const pattern = ["-h", "-I", "--only-matching", "-E", "-e", "filter=[^[:space:]]+"];
  return await memoizePerRun(ctx, `filters ${commit}`, async () => {
    const found = await hostGit(ctx, [...git, "grep", ...pattern, "HEAD", "--", ...attributes], {
      config: [["grep.fallbackToNoIndex", "false"]],
      isolated: true,
      extraEnv,
    });
    return [...new Set(found.stdout.split("\n").flatMap((line) => /^filter=(.+)$/.exec(line)?.[1] ?? []))];
  });
}

/**
 * Notes about filters that the project's files use and that are configured on this machine: they are not configured inside, so
 * files are checked out as they were committed.
 */
export async function filterNotes(ctx: Context, place: Workplace, configured: readonly string[]): Promise<string[]> {
  if (configured.length === 0) return [];
  const used = await readFilters(ctx, place, ["--git-dir", place.gitDir, "--work-tree", place.workTree], {});
  return used
    .filter((name) => name !== "lfs" && configured.includes(name))
    .map((name) => `your git filter ${plain(name)} is not used in the session: its files are checked out as committed`);
}

async function copyLfsObjects(from: string, to: string, signal: AbortSignal): Promise<void> {
  for (const name of await lfsFiles(from)) {
    signal.throwIfAborted();
    const target = join(to, name);
    await mkdir(join(target, ".."), { recursive: true });
    await copyFile(join(from, name), target, constants.COPYFILE_FICLONE).catch(ignoreMissing);
  }
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
