import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../system/context.ts";
import { hostGit, hostGitBytes, hostGitOk } from "./host-git.ts";
import type { Source } from "../project/types.ts";

/** A ref as bytes in a string (latin1): names need not be UTF-8. */
export interface Ref {
  name: string;
  oid: string;
  /** what a symbolic ref points to, empty for a plain one */
  target: string;
}

/** What the clone takes over of the project's refs and settings. */
export interface ProjectRefs {
  refs: Ref[];
  /** branch that the project has checked out; undefined when it is detached or a bare store */
  current: string | undefined;
  /** content of git's `shallow` file, when the project is a shallow clone */
  shallow: Uint8Array | undefined;
  objectFormat: "sha1" | "sha256";
  objects: string;
  /** the project's settings that decide what a checkout looks like, and its branches' upstreams: key and value */
  config: [key: string, value: string][];
}

const wanted =
  /^(core\.(autocrlf|eol|ignorecase)|branch\..*\.(remote|merge|rebase)|remote\.origin\.(promisor|partialclonefilter))$/s;

/**
 * Reads the source once: refs, shallow or not, format, settings. Throws GIT_FAILED, GIT_MISSING.
 */
export async function readProjectRefs(ctx: Context, source: Source): Promise<ProjectRefs> {
  const options = { safe: [source.gitDir], what: `Reading ${source.gitDir}` };
  const git = ["--git-dir", source.gitDir];
  const root = source.kind === "repository" ? source.root : undefined;
  const [facts, list, config, head, shallow] = await Promise.all([
    hostGitOk(ctx, [...git, "rev-parse", "--show-object-format", "--path-format=absolute", "--git-path", "objects"], {
      ...options,
      cwd: source.gitDir,
    }),
    hostGitBytes(
      ctx,
      [
        ...git,
        "for-each-ref",
        "--format=%(objectname) %(refname) %(symref)",
        "refs/heads",
        "refs/tags",
        "refs/remotes/origin",
      ],
      options,
    ),
    hostGit(ctx, [...git, "config", "--local", "--includes", "-z", "--list"], options),
    root === undefined ? undefined : hostGit(ctx, ["-C", root, "symbolic-ref", "-q", "HEAD"], { safe: [root] }),
    readFile(join(source.gitDir, "shallow")).catch(() => undefined),
  ]);
  const [format, objects = join(source.gitDir, "objects")] = facts.split("\n");
  const current = head?.code === 0 ? head.stdout.trim().replace(/^refs\/heads\//, "") : undefined;
  const store = { shallow, objectFormat: format === "sha256" ? "sha256" : "sha1", objects } as const;
  // A store's own refs keep objects alive and mean nothing else.
  if (source.kind === "store" && source.project !== undefined) {
    const { refs, current: branch, config: settings } = source.project;
    return { ...store, refs, current: branch, config: settings.filter(([key]) => wanted.test(key)) };
  }
  return {
    ...store,
    refs: parseRefs(list),
    current,
    config: parseConfig(config.stdout).filter(([key]) => wanted.test(key)),
  };
}

/** Lines of our own format; a warning of git's between them is no ref. */
export function parseRefs(list: Uint8Array): Ref[] {
  const lines = Buffer.from(list).toString("latin1").split("\n");
  return lines.flatMap((line) => {
    const [, oid, name, target] = /^([0-9a-f]{40}|[0-9a-f]{64}) (refs\/[^ ]+) ([^ ]*)$/.exec(line) ?? [];
    return oid === undefined || name === undefined ? [] : [{ oid, name, target: target ?? "" }];
  });
}

/** `git config -z --list`: key, newline, value, NUL. A key without value is a plain `true`. */
export function parseConfig(text: string): [string, string][] {
  const entries = text.split("\0").filter((entry) => entry !== "");
  return entries.map((entry) => {
    const end = entry.indexOf("\n");
    return end < 0 ? [entry, "true"] : [entry.slice(0, end), entry.slice(end + 1)];
  });
}
