/** The user's side of the seam: what is known where the project lies. Plain data: it travels to a remote host as JSON. */
export interface ProjectFacts {
  /** `PROJECT`, else the root folder's name made safe */
  name: string;
  /** absolute path of the main working tree's root on the user's machine */
  root: string;
  /** the root folder's own name, for the link `/workspaces/{folder}` */
  folder: string;
  /** first root commit: with the name, what makes a project the same project elsewhere */
  rootCommit: string;
  /** the project's real origin with credentials left out; undefined where it has none */
  origin: string | undefined;
  /** credentials stood in the URL and were left out: to be said */
  originHadCredentials: boolean;
  gitIdentity: { name: string | undefined; email: string | undefined };
  /** `.cowork/.cowork.conf` is tracked by git: some keys count only after the trust question */
  confTracked: boolean;
  /** it lies on another machine than its sessions: paths say nothing about it there */
  elsewhere?: boolean;
}

/** Where commits and config come from on the machine where sessions live. */
export type Source =
  /** the user's own repository on this machine: `gitDir` is its common git dir */
  | { kind: "repository"; root: string; gitDir: string }
  /** a bare repository, with the project's own refs and settings beside it where it is a remote host's store */
  | { kind: "store"; gitDir: string; project?: StoredProject };

/** What of a project is no object: it travels beside the bundles. Names are bytes in strings (latin1). */
export interface StoredProject {
  refs: { name: string; oid: string; target: string }[];
  /** branch that is checked out */
  current?: string;
  /** settings that decide what a checkout looks like, remotes, and the branches' upstreams */
  config: [key: string, value: string][];
  /** what of the settings does not go along, one line each */
  notes?: string[];
}

export interface StartPoint {
  /** branch that the clone has checked out */
  branch: string;
  /** full commit id that the session starts from */
  commit: string;
  /** the branch exists already (in the project or on its origin) and is checked out instead of made */
  existing: boolean;
}

/** The project that the user stands in, as the user's side of the seam knows it. */
export interface Project {
  facts: ProjectFacts;
  source: Extract<Source, { kind: "repository" }>;
  /** `<root>/.cowork/.cowork.conf`, which may not be there yet */
  confFile: string;
  /** The working tree that the user stands in: another one than `root` in a linked worktree. Its HEAD is where sessions start. */
  worktree: string;
  /** id of the session whose clone the user stands in */
  insideSession?: string;
  /** what a user should know about this project, one line each: shallow, no main working tree, an origin that was left out */
  notes: string[];
}

/** An entry of `SESSIONS`: `name` or `name@host`. */
export interface SessionEntry {
  name: string;
  /** undefined: on this machine */
  host: string | undefined;
}

/** Where a repository lies. */
export interface Tree {
  /** the main working tree's root; where there is none (a bare repository with worktrees), the worktree's own */
  root: string;
  /** the working tree that one stands in */
  worktree: string;
  /** the common git dir */
  gitDir: string;
  notes: string[];
}
