import { mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Hint } from "../../hint.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { pathExists } from "../../system/files/files.ts";
import type { RunResult } from "../../system/process.ts";
import { plain } from "../../system/text.ts";
import { removeTree } from "../../system/files/tree.ts";
import { alternatePath } from "../git/alternates.ts";
import { gitFailed, hostGit, hostGitOk, type HostGitOptions } from "../git/host-git.ts";
import { isPartial, readStore } from "../git/project-refs.ts";

/** Objects of a large repository take their time. */
const transferMs = 30 * 60_000;

/**
 * What old programs wrote into commits, tags and trees of real histories, and what does no harm: git itself only complains. Everything
 * else that git calls malformed (names like `.git`, `.gitmodules` that run something, unsorted trees) is refused.
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
const severities = tolerated.map((id) => `${id}=warn`).join(",");

/**
 * Takes a bundle's objects into a repository the way git's own receive-pack does: into a folder of their own beside the others, checked
 * there, and moved over when all of it is well. Whatever fails, nothing of it stays: also not on a full disk. `git fetch` from a
 * bundle checks nothing before git 2.46, and from then on cannot be told what to tolerate before 2.48.
 *
 * @param name tells this quarantine from others in the same repository: what an ended run left under it is removed
 * @param tips commits that have to be whole afterwards, with all that they lead to
 * @param gitHint what a person can do where an object is refused
 * @throws GIT_FAILED with git's reason, DISK_FULL, TIMEOUT
 */
export async function takeBundle(
  ctx: Context,
  source: Source,
  bundle: string,
  { name, tips, gitHint }: { name: string; tips: readonly string[]; gitHint: Hint },
): Promise<void> {
  const { objects } = await readStore(ctx, source.gitDir);
  // git's own `gc` removes old folders of such a name, should this process be killed
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
      what: "Taking the session's commits in",
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

/** Every object, and that what it names is there. In a partial clone that may be elsewhere. */
async function check(
  ctx: Context,
  git: string[],
  [index, pack]: [index: string, pack: string],
  options: HostGitOptions,
  partial: boolean,
): Promise<RunResult> {
  const indexPack = async (how: string) => await hostGit(ctx, [...git, "index-pack", how, "-o", index, pack], options);
  const result = await indexPack(`${partial ? "--fsck-objects" : "--strict"}=${severities}`);
  // git before 2.44 takes no severities without the check of links
  return partial && result.code === 129 ? await indexPack("--fsck-objects") : result;
}

function refused(result: RunResult, hint: Hint): CoworkError {
  const [, oid, problem] = /^error: object ([0-9a-f]+): (.+)$/m.exec(result.stderr) ?? [];
  if (oid === undefined || problem === undefined) return gitFailed("Checking the session's commits", result);
  const what = `${oid.slice(0, 12)}: ${plain(problem).slice(0, 300)}`;
  return new CoworkError("GIT_FAILED", `The session's commits hold an object that git calls malformed: ${what}`, {
    hint,
    detail: result.stderr,
  });
}

/** The index last: with it git sees the pack. */
async function moveOver(folder: string, objects: string): Promise<void> {
  await mkdir(join(objects, "pack"), { recursive: true });
  for (const end of [".pack", ".rev", ".idx"]) {
    for (const file of await packFiles(folder, end)) {
      const target = join(objects, "pack", file);
      // named by its content
      if (!(await pathExists(target))) await rename(join(folder, "pack", file), target);
    }
  }
}

async function packFiles(folder: string, end: string): Promise<string[]> {
  const all = await readdir(join(folder, "pack")).catch(() => []);
  return all.filter((name) => /^pack-[0-9a-f]{40,64}\.\w+$/.test(name) && name.endsWith(end));
}
