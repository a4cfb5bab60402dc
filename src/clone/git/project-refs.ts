import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { readRemotes } from "./remotes.ts";
import { hostGit, hostGitBytes, hostGitOk } from "./host-git.ts";
import type { Source } from "../../project/types.ts";
import { memoizePerRun } from "../../system/known.ts";

/** A ref as bytes in a string (latin1): names need not be UTF-8. */
export interface Ref {
  name: string;
  oid: string;
  /** target of a symbolic ref, empty for an ordinary one */
  target: string;
}

/** The project's refs and settings that the clone takes over. */
export interface ProjectRefs {
  refs: Ref[];
  /** branch that the project has checked out; undefined when it is detached or a bare store */
  current: string | undefined;
  /** content of git's `shallow` file, when the project is a shallow clone */
  shallow: Uint8Array | undefined;
  objectFormat: "sha1" | "sha256";
  objects: string;
  /** the project's settings that affect a checkout, and its branches' upstreams: key and value */
  config: [key: string, value: string][];
  /** settings that the clone does not get, one line each */
  notes: string[];
  /** names of the filters that are configured for the project on this machine, at any level */
  filters: string[];
}

const wanted =
  /^(core\.(autocrlf|eol|ignorecase)|branch\..*\.(remote|merge|rebase|pushremote)|remote\.pushdefault|remote\..*\.(promisor|partialclonefilter))$/s;
/** Read separately, because a URL may contain credentials or be a path on this machine. */
const remoteUrl = /^remote\..*\.(url|pushurl)$/s;

/**
 * Reads the source once: refs, shallow or not, format, settings. Throws GIT_FAILED, GIT_MISSING.
 */
export async function readProjectRefs(ctx: Context, source: Source): Promise<ProjectRefs> {
  const options = { safe: [source.gitDir], what: `Reading ${source.gitDir}` };
  const git = ["--git-dir", source.gitDir];
  const root = source.kind === "repository" ? source.root : undefined;
  const [store, list, config, shallow] = await Promise.all([
    readStore(ctx, source.gitDir),
    // From the working tree if there is one, because then the output includes what is checked out there.
    hostGitBytes(ctx, [...(root === undefined ? git : ["-C", root]), "for-each-ref", format, ...kinds], {
      ...options,
      safe: root === undefined ? options.safe : [root, source.gitDir],
    }),
    readConfig(ctx, git, options.safe),
    readFile(join(source.gitDir, "shallow")).catch(() => undefined),
  ]);
  // The refs of a store only keep objects alive.
  if (source.kind === "store" && source.project !== undefined) {
    const { refs: its, current: branch, config: settings, notes = [] } = source.project;
    const chosen = settings.filter(([key]) => wanted.test(key) || remoteUrl.test(key));
    return { ...store, shallow, refs: its, current: branch, config: chosen, filters: config.filters, notes };
  }
  const { refs, current } = parseRefs(list);
  return {
    refs,
    current: root === undefined ? undefined : current,
    shallow,
    ...store,
    ...config,
  };
}

/** The repository's own settings; filters also from the user's configuration. */
async function readConfig(
  ctx: Context,
  git: readonly string[],
  safe: readonly string[],
): Promise<Pick<ProjectRefs, "config" | "filters" | "notes">> {
  const list = ["-z", "--list", "--includes"];
  const scopes = await hostGit(ctx, [...git, "config", "--show-scope", ...list], { safe });
  // git before 2.26 has no scopes.
  const isScoped = scopes.code === 0;
  const local = isScoped ? scopes : await hostGit(ctx, [...git, "config", "--local", ...list], { safe });
  const own = parseConfig(isScoped ? scoped(local.stdout, ["local", "worktree"]) : local.stdout);
  const all = isScoped ? parseConfig(scoped(scopes.stdout)) : own;
  const remotes = await readRemotes(ctx, git, safe, { all, own });
  return {
    config: [
      ...all.filter(([key]) => key === "remote.pushdefault"),
      ...own.filter(([key]) => wanted.test(key)),
      ...remotes.config,
    ],
    filters: all.flatMap(([key]) => /^filter\.(.*)\.(?:smudge|clean|process)$/s.exec(key)?.[1] ?? []),
    notes: remotes.notes,
  };
}

/** Input: scope, NUL, key, newline, value, NUL. Returns the settings with one of these scopes, or all, as `config -z --list` prints them. */
function scoped(text: string, scopes?: readonly string[]): string {
  const parts = text.split("\0");
  const isWanted = (n: number): boolean => scopes === undefined || scopes.includes(parts[n - 1] ?? "");
  return parts.filter((_, n) => n % 2 === 1 && isWanted(n)).join("\0");
}

const format = "--format=%(objectname) %(refname) %(HEAD)%(symref)";
const kinds = ["refs/heads", "refs/tags", "refs/remotes"];

/** Facts that never change for a repository, read once per run. */
export async function readStore(ctx: Context, gitDir: string): Promise<Pick<ProjectRefs, "objectFormat" | "objects">> {
  const args = ["rev-parse", "--show-object-format", "--path-format=absolute", "--git-path", "objects"];
  const options = { safe: [gitDir], what: `Reading ${gitDir}`, cwd: gitDir };
  const ask = (): Promise<string> => hostGitOk(ctx, ["--git-dir", gitDir, ...args], options);
  const facts = await memoizePerRun(ctx, `object store ${gitDir}`, ask);
  // The path may contain line ends.
  const [, objectFormat, path] = /^(.*)\n([^]*)\n$/.exec(facts) ?? [];
  return { objectFormat: objectFormat === "sha256" ? "sha256" : "sha1", objects: path || join(gitDir, "objects") };
}

/** Does the repository fetch missing objects from its remote on demand? */
export async function isPartial(ctx: Context, gitDir: string): Promise<boolean> {
  const args = ["--git-dir", gitDir, "config", "--local", "--get-regexp", partialKeys];
  return (await hostGit(ctx, args, { safe: [gitDir] })).code === 0;
}

const partialKeys = String.raw`^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$`;

/** Parses lines of our own format; warnings of git between them are skipped. */
export function parseRefs(list: Uint8Array): Pick<ProjectRefs, "refs" | "current"> {
  const lines = Buffer.from(list).toString("latin1").split("\n");
  let current: string | undefined;
  const refs = lines.flatMap((line) => {
    const [, oid, name, mark, target] = /^([0-9a-f]{40}|[0-9a-f]{64}) (refs\/[^ ]+) ([* ])([^ ]*)$/.exec(line) ?? [];
    if (oid === undefined || name === undefined) return [];
    if (mark === "*") current = Buffer.from(name.replace(/^refs\/heads\//, ""), "latin1").toString("utf8");
    return [{ oid, name, target: target ?? "" }];
  });
  return { refs, current };
}

/** `git config -z --list`: key, newline, value, NUL. A key without a value means `true`. */
export function parseConfig(text: string): [string, string][] {
  const entries = text.split("\0").filter((entry) => entry !== "");
  return entries.map((entry) => {
    const end = entry.indexOf("\n");
    return end < 0 ? [entry, "true"] : [entry.slice(0, end), entry.slice(end + 1)];
  });
}
