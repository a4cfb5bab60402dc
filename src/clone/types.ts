import type { Source, StartPoint } from "../project/types.ts";

export interface CloneSpec {
  source: Source;
  /** where the clone goes: must not exist, or be a half-made one of ours (then it is made anew) */
  path: string;
  start: StartPoint;
  /** real origin URL, credentials left out; undefined: the clone gets no `origin` */
  origin: string | undefined;
  /** owner of everything in it */
  uid: number;
  gid: number;
}

export interface CloneResult {
  /** submodules, LFS, shallow: what was done or is missing, one line each, for the user */
  notes: string[];
  /** commits of the project's branches and remote branches, which came along as remote branches */
  remoteTips: string[];
}

/** What a clone holds that is nowhere else. Everything that cannot be read counts as unsaved and stands in `unreadable`. */
export interface Holdings {
  head: string | null;
  /** null when HEAD is detached */
  branch: string | null;
  /** against the upstream; without one, against the commit the session started from */
  ahead: number;
  behind: number;
  /** as git counts them, saved or not */
  counts: { uncommitted: number; untracked: number; stashes: number };
  /** paths of tracked files with changes that are nowhere else */
  uncommitted: string[];
  /** the part of `uncommitted` that is in conflict */
  conflicted: string[];
  untracked: string[];
  /** ignored files that look precious */
  precious: string[];
  stashes: string[];
  /** refs (branches, tags, detached HEAD) with commits that are not saved; none for an annotated tag on a saved commit */
  unsavedRefs: { ref: string; tip: string; commits: number }[];
  /** objects of git-lfs that the project lacks */
  lfs: string[];
  /** `rebase`, `merge`, `cherry-pick`, `bisect`, … under way */
  operation: string | null;
  /** `nested`: no submodule, but a repository with a git folder of its own, which no pull brings */
  submodules: { path: string; nested?: boolean; holdings: Holdings }[];
  /** working trees that were added inside the session (`git worktree add`) */
  worktrees: { path: string; holdings: Holdings }[];
  unreadable: string[];
  /** folders, and files of git's own, that the session's user cannot read */
  blocked: BlockedPath[];
  /** a working tree that lies outside the clone: only the running container has it; `gone`: or had it */
  outside: "there" | "gone" | null;
  /** commits that only a reflog or ORIG_HEAD names, one for each line of them */
  abandoned: AbandonedCommit[];
  /** may the session's user use sudo without a password? Known only while the container runs */
  canSudo: boolean;
}

export interface BlockedPath {
  /** absolute, where it was looked at */
  path: string;
  /** relative to the clone, where it lies in it */
  shown: string;
  /** the session's user owns it: a `chmod` helps */
  isOwn: boolean;
}

export interface AbandonedCommit {
  oid: string;
  subject: string;
  /** it and those before it that nothing else leads to */
  commits: number;
  /** `rewritten`: by an amend or a rebase; `kept`: what it changed is in commits that stay; `reset`: changed again since; `left`: none of these */
  fate: "rewritten" | "kept" | "reset" | "left";
}

export interface InsideResult {
  code: number;
  stdout: string;
  stderr: string;
  truncated: boolean;
}

export interface InsideOptions {
  input?: Uint8Array;
  /** default 60 000 */
  timeoutMs?: number;
  /** bytes of each stream, default 64 MiB */
  maxOutput?: number;
  /** the script changes the clone; without it a helper container sees it read-only */
  write?: boolean;
}

/**
 * Runs git where the clone's own configuration can do no harm: inside the session's container, or in a helper
 * container without network. The host never runs git with a configuration that the clone supplies.
 */
export interface GitInside {
  /** A POSIX shell script with git on PATH, cwd = the clone. Output is untrusted. */
  script(text: string, options?: InsideOptions): Promise<InsideResult>;
  /**
   * As `script`, with stdout's bytes in a new file of the host (0600). A code other than 0 is a result.
   * Throws OUTPUT_TOO_LARGE beyond `maxBytes`.
   */
  save(
    text: string,
    file: string,
    options?: Omit<InsideOptions, "maxOutput"> & { maxBytes?: number },
  ): Promise<{ code: number; stderr: string }>;
}
