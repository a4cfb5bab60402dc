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
}

/** What a clone holds that is nowhere else. Everything that cannot be read counts as unsaved and stands in `unreadable`. */
export interface Holdings {
  head: string | null;
  /** null when HEAD is detached */
  branch: string | null;
  ahead: number;
  behind: number;
  uncommitted: string[];
  untracked: string[];
  /** ignored files that look precious */
  precious: string[];
  stashes: string[];
  /** refs (branches, tags, detached HEAD) with commits that are not saved */
  unsavedRefs: { ref: string; tip: string; commits: number }[];
  /** `rebase`, `merge`, `cherry-pick`, `bisect`, … under way */
  operation: string | null;
  submodules: { path: string; holdings: Holdings }[];
  unreadable: string[];
}

/**
 * Runs git where the clone's own configuration can do no harm: inside the session's container, or in a helper
 * container without network. The host never runs git with a configuration that the clone supplies.
 */
export interface GitInside {
  /** A POSIX shell script with git on PATH, cwd = the clone. Output is untrusted. */
  script(
    text: string,
    options?: { input?: Uint8Array; timeoutMs?: number; maxOutput?: number },
  ): Promise<{ code: number; stdout: string; stderr: string; truncated: boolean }>;
}
