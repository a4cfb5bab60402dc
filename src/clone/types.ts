import type { Source, StartPoint } from "../project/types.ts";

export interface CloneSpec {
  source: Source;
  /** the clone's path: must not exist, or contain an incomplete clone of ours, which is replaced */
  path: string;
  start: StartPoint;
  /** real origin URL, without credentials; undefined: the clone gets no `origin` */
  origin: string | undefined;
  /** owner of everything in it */
  uid: number;
  gid: number;
}

export interface CloneResult {
  /** submodules, LFS, shallow: what was done or is missing, one line each, for the user */
  notes: string[];
  /** commits of the project's branches and remote branches, which are remote branches in the clone */
  remoteTips: string[];
}

/** What a clone holds that exists nowhere else. Everything that cannot be read counts as unsaved and is listed in `unreadable`. */
export interface Holdings {
  head: string | null;
  /** null when HEAD is detached */
  branch: string | null;
  /** compared with the upstream; without one, with the commit the session started from */
  ahead: number;
  behind: number;
  /** as git counts them, saved or not */
  counts: { uncommitted: number; untracked: number; stashes: number };
  /** paths of tracked files with changes that exist nowhere else */
  uncommitted: string[];
  /** the part of `uncommitted` that is in conflict */
  conflicted: string[];
  untracked: string[];
  /** ignored files that look precious */
  precious: string[];
  stashes: string[];
  /** refs (branches, tags, detached HEAD) with unsaved commits; 0 commits for an annotated tag on a saved commit */
  unsavedRefs: { ref: string; tip: string; commits: number }[];
  /** objects of git-lfs that the project lacks */
  lfs: string[];
  /** `rebase`, `merge`, `cherry-pick`, `bisect`, … in progress */
  operation: string | null;
  /** `nested`: not a submodule, but a separate repository in the working tree, which no pull includes */
  submodules: { path: string; nested?: boolean; holdings: Holdings }[];
  /** working trees that were added inside the session (`git worktree add`) */
  worktrees: { path: string; holdings: Holdings }[];
  unreadable: string[];
  /** folders, and git's own files, that the session's user cannot read */
  blocked: BlockedPath[];
  /** a working tree outside the clone: only the running container has it; `gone`: its folder does not exist any more */
  outside: "there" | "gone" | null;
  /** commits that only a reflog or ORIG_HEAD refers to, one for each line of history */
  abandoned: AbandonedCommit[];
  /** may the session's user use sudo without a password? Known only while the container runs */
  canSudo: boolean;
}

export interface BlockedPath {
  /** absolute, where it was inspected */
  path: string;
  /** relative to the clone, if it is inside it */
  shown: string;
  /** the session's user owns it: `chmod` helps */
  isOwn: boolean;
}

export interface AbandonedCommit {
  oid: string;
  subject: string;
  /** the commit and those before it that nothing else leads to */
  commits: number;
  /** `rewritten`: by an amend or a rebase; `kept`: its changes are in commits that stay; `reset`: its files have changed since; `left`: none of these */
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
  /** the script changes the clone; otherwise a helper container mounts it read-only */
  write?: boolean;
}

/**
 * Runs git where the clone's configuration can do no harm: inside the session's container, or in a helper container without
 * network. The host never runs git with a configuration that the clone supplies.
 */
export interface GitInside {
  /** Runs a POSIX shell script with git on PATH, in the clone. Its output is untrusted. */
  script(text: string, options?: InsideOptions): Promise<InsideResult>;
  /**
   * Like `script`, with stdout in a new file on the host (0600). A code other than 0 is a result, not an error.
   * Throws OUTPUT_TOO_LARGE beyond `maxBytes`.
   */
  save(
    text: string,
    file: string,
    options?: Omit<InsideOptions, "maxOutput"> & { maxBytes?: number },
  ): Promise<{ code: number; stderr: string }>;
}
