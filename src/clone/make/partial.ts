import { CoworkError } from "../../errors.ts";
import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { memoizePerRun } from "../../system/known.ts";
import { plain } from "../../system/text.ts";
import { gitFailed, hostGit, hostGitOk } from "../git/host-git.ts";

/** Objects fetched on the user's behalf may be large. */
const transferMs = 60 * 60_000;
/** Fetched trees may name other objects that are missing. */
const rounds = 64;

/**
 * Makes the user's own git fetch objects that a partial clone has left at its remote, as git does when they are needed: with the
 * user's credentials, into the project, where they stay.
 * @param what revisions for `git rev-list`
 * @returns how many objects could not be fetched, and why; undefined if nothing is missing
 * @throws INTERRUPTED, TIMEOUT
 */
async function fetchMissing(
  ctx: Context,
  source: Source,
  remotes: readonly string[],
  what: readonly string[],
): Promise<{ missing: number; why: CoworkError } | undefined> {
  const root = source.kind === "repository" ? source.root : undefined;
  const git = root === undefined ? ["--git-dir", source.gitDir] : ["-C", root];
  const options = { safe: [source.gitDir, ...(root === undefined ? [] : [root])], timeoutMs: transferMs };
  const look = async (): Promise<string[]> => {
    const args = [...git, "rev-list", "--objects", "--missing=print", ...what, "--"];
    const list = await hostGitOk(ctx, args, { ...options, maxOutput: 1 << 30, what: "Reading the partial clone" });
    return list.split("\n").flatMap((line) => /^\?([0-9a-f]{40,64})$/.exec(line)?.[1] ?? []);
  };
  let missing = await look();
  let why: CoworkError | undefined;
  for (let round = 0; round < rounds && missing.length > 0; round++) {
    const before = new Set(missing);
    for (const remote of remotes) {
      const args = [...git, "-c", "fetch.negotiationAlgorithm=noop", "fetch", ...fetchFlags, "--stdin", "--", remote];
      const umask = ctx.umask === undefined ? {} : { umask: ctx.umask };
      const input = missing.map((oid) => `${oid}\n`).join("");
      const result = await hostGit(ctx, args, { ...options, ...umask, input });
      if (result.code !== 0)
        why = gitFailed(`Fetching missing objects of the partial clone from ${plain(remote)}`, result);
      missing = await look();
      if (missing.length === 0) return undefined;
    }
    if (missing.every((oid) => before.has(oid))) break;
  }
  if (missing.length === 0) return undefined;
  return { missing: missing.length, why: why ?? new CoworkError("GIT_FAILED", "The remote does not have them.") };
}

// The same flags that git uses for this.
const fetchFlags = [
  "--quiet",
  "--no-tags",
  "--no-write-fetch-head",
  "--recurse-submodules=no",
  "--no-auto-maintenance",
  "--filter=blob:none",
];

/** The remotes that a partial clone leaves objects at; none if the repository is complete. */
export function promisors(config: readonly [string, string][]): string[] {
  return config.flatMap(([key, value]) => {
    const [, name] = /^remote\.(.*)\.promisor$/s.exec(key) ?? [];
    return name === undefined || /^(false|no|off|0)$/i.test(value) ? [] : [name];
  });
}

/**
 * Makes sure that a clone of a partial clone has what it needs: always the files of the start commit, and the full history if git
 * inside cannot fetch it by itself.
 * @param reachable remotes that the clone will have
 * @returns notes
 * @throws GIT_FAILED if files of the start commit could not be fetched
 */
export async function completePartial(
  ctx: Context,
  source: Source,
  {
    config,
    commit,
    reachable,
  }: { config: readonly [string, string][]; commit: string; reachable: ReadonlySet<string> },
): Promise<string[]> {
  const remotes = promisors(config);
  if (remotes.length === 0) return [];
  const once = async (what: readonly string[]): ReturnType<typeof fetchMissing> =>
    await memoizePerRun(ctx, `partial ${source.gitDir} ${what.join(" ")}`, () =>
      fetchMissing(ctx, source, remotes, what),
    );
  const left = await once(["--no-walk", commit]);
  if (left !== undefined) {
    throw new CoworkError(
      "GIT_FAILED",
      `The project is a partial clone and lacks files of the start commit: ${left.why.message}`,
      {
        hint: `in the project: git fetch --refetch --no-filter ${plain(remotes[0] ?? "origin")}; then run the same command again`,
      },
    );
  }
  if (remotes.some((remote) => reachable.has(remote))) {
    return [
      `the project is a partial clone: git inside fetches older files from ${plain(remotes[0] ?? "")} when it needs them; to get all of them, run git fetch --refetch --no-filter in the project before init`,
    ];
  }
  const rest = await once([...history, commit]);
  if (rest === undefined) return [];
  return [
    `the project is a partial clone, and ${rest.missing} objects of its history could not be fetched: ${rest.why.message}`,
  ];
}

const history = ["--branches", "--tags", "--remotes"];

/** Like `completePartial`, for a copy to another machine: all of the history must be there. Throws GIT_FAILED. */
export async function completeHistory(
  ctx: Context,
  source: Source,
  config: readonly [string, string][],
  commits: readonly string[],
): Promise<void> {
  const remotes = promisors(config);
  if (remotes.length === 0) return;
  const left = await fetchMissing(ctx, source, remotes, [...history, ...commits]);
  if (left !== undefined) throw left.why;
}
