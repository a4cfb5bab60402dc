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
}

/** Where commits and config come from on the machine where sessions live. */
export type Source =
  /** the user's own repository on this machine: `gitDir` is its common git dir */
  | { kind: "repository"; root: string; gitDir: string }
  /** the bare store of a remote host, which bundles arrive in */
  | { kind: "store"; gitDir: string };

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
