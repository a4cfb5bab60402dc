import type { ProjectFacts, Source } from "../contract/project.ts";

export type { ProjectFacts, Source };
export type { StartPoint } from "../contract/common.ts";

/** The current project, as the client knows it. */
export interface Project {
  facts: ProjectFacts;
  source: Extract<Source, { kind: "repository" }>;
  /** `<root>/.cowork/.cowork.conf`, which may not exist yet */
  confFile: string;
  /** The current working tree; not `root` in a linked worktree. Sessions start from its HEAD. */
  worktree: string;
  /** id of the session whose clone the current folder is in */
  insideSession?: string;
  /** notes for the user, one line each: shallow clone, no main working tree, no origin in sessions */
  notes: string[];
}

/** An entry of `SESSIONS`: `name` or `name@host`. */
export interface SessionEntry {
  name: string;
  /** undefined: on this machine */
  host: string | undefined;
}

/** The paths of a repository. */
export interface Tree {
  /** the root of the main working tree; without one (a bare repository with worktrees), that of the worktree */
  root: string;
  /** the current working tree */
  worktree: string;
  /** the common git dir */
  gitDir: string;
  notes: string[];
}
