import { mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Hint } from "../../hint.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { pathExists } from "../../system/files/files.ts";
import type { RunResult } from "../../system/process/process.ts";
import { plain } from "../../system/text.ts";
import { removeTree } from "../../system/files/tree.ts";
import { alternatePath } from "../git/alternates.ts";
import { gitFailed, hostGit, hostGitOk, type HostGitOptions } from "../git/host-git.ts";
import { isPartial, readStore } from "../git/project-refs.ts";

/** Transferring a large repository takes a while. */
const transferMs = 30 * 60_000;

/**
 * Problems that old programs left in commits, tags and trees of real histories and that do no harm: git itself only warns. Everything
 * else that git calls malformed (names like `.git`, a `.gitmodules` that runs a command, unsorted trees) is refused.
 */
const tolerated = [
  "badDate",
  "badDateOverflow",
  "badEmail",
  "badName",
  "badTimezone",
  "missingEmail",
  "missingNameBeforeEmail",
  "missingSpaceBeforeDate",
  "missingSpaceBeforeEmail",
  "multipleAuthors",
  "nulInCommit",
  "zeroPaddedDate",
  "zeroPaddedFilemode",
];
export const severities = tolerated.map((id) => `${id}=warn`).join(",");

/**
 * Takes a bundle's objects into a repository like git's own receive-pack: into a separate quarantine folder next to the objects,
 * where they are checked, and from there into the repository. If anything fails, even because of a full disk, nothing is kept.
 * `git fetch` from a bundle checks nothing before git 2.46, and its severities cannot be configured before 2.48.
 *
 * @param name identifies this quarantine in the repository: what a killed run left under the same name is removed
 * @param tips commits that must be complete afterwards, including everything they refer to
 * @param gitHint the next step if an object is refused
 * @throws GIT_FAILED with git's reason, DISK_FULL, TIMEOUT
 */
export async function takeBundle(
  ctx: Context,
  source: Source,
  bundle: string,
  { name, tips, gitHint }: { name: string; tips: readonly string[]; gitHint: Hint },
): Promise<void> {
  const { objects } = await readStore(ctx, source.gitDir);
  // git's own `gc` removes old folders with such a name, in case this process is killed.
  const folder = join(objects, `tmp_objdir-cowork-${name}`);
  await removeTree(folder);
  try {
    await mkdir(folder, { mode: 0o700 });
    const options: HostGitOptions = {
      safe: [source.gitDir],
      timeoutMs: transferMs,
      maxOutput: 1 << 28,
      ...(ctx.umask === undefined ? {} : { umask: ctx.umask }),
      extraEnv: {
        GIT_OBJECT_DIRECTORY: folder,
        GIT_ALTERNATE_OBJECT_DIRECTORIES: alternatePath(objects),
        GIT_ALLOW_PROTOCOL: "none",
        GIT_NO_LAZY_FETCH: "1",
      },
    };
    const git = ["--git-dir", source.gitDir];
    await hostGitOk(ctx, [...git, "bundle", "unbundle", bundle], {
      ...options,
      what: "Storing the session's commits",
    });
    const partial = await isPartial(ctx, source.gitDir);
    for (const pack of await packFiles(folder, ".pack")) {
      const result = await check(ctx, git, [join(folder, "check.idx"), join(folder, "pack", pack)], options, partial);
      if (result.code !== 0) throw refused(result, gitHint);
    }
    await hostGitOk(
      ctx,
      [
        ...git,
        "rev-list",
        "--objects",
        "--quiet",
        ...(partial ? ["--exclude-promisor-objects"] : []),
        "--stdin",
        "--not",
        "--all",
      ],
      { ...options, input: tips.map((oid) => `${oid}\n`).join(""), what: "Checking the session's commits" },
    );
    await moveOver(folder, objects);
  } finally {
    await removeTree(folder);
  }
}

/** Checks every object, and that everything it refers to exists, except in a partial clone. */
async function check(
  ctx: Context,
  git: string[],
  [index, pack]: [index: string, pack: string],
  options: HostGitOptions,
  partial: boolean,
): Promise<RunResult> {
  const indexPack = async (how: string) => await hostGit(ctx, [...git, "index-pack", how, "-o", index, pack], options);
  const result = await indexPack(`${partial ? "--fsck-objects" : "--strict"}=${severities}`);
  // git before 2.44 accepts severities only together with the check of links.
  return partial && result.code === 129 ? await indexPack("--fsck-objects") : result;
}

function refused(result: RunResult, hint: Hint): CoworkError {
  const [, oid, problem] = /^error: object ([0-9a-f]+): (.+)$/m.exec(result.stderr) ?? [];
  if (oid === undefined || problem === undefined) return gitFailed("Checking the session's commits", result);
  const what = `${oid.slice(0, 12)}: ${plain(problem).slice(0, 300)}`;
  return new CoworkError("GIT_FAILED", `The session's commits contain an object that git calls malformed: ${what}`, {
    hint,
    detail: result.stderr,
  });
}

/** The index comes last: once it is there, git uses the pack. */
async function moveOver(folder: string, objects: string): Promise<void> {
  await mkdir(join(objects, "pack"), { recursive: true });
  for (const end of [".pack", ".rev", ".idx"]) {
    for (const file of await packFiles(folder, end)) {
      const target = join(objects, "pack", file);
      // The name is the hash of the content.
      if (!(await pathExists(target))) await rename(join(folder, "pack", file), target);
    }
  }
}

async function packFiles(folder: string, end: string): Promise<string[]> {
  const all = await readdir(join(folder, "pack")).catch(() => []);
  return all.filter((name) => /^pack-[0-9a-f]{40,64}\.\w+$/.test(name) && name.endsWith(end));
}
