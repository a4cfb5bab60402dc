import type { ProjectFacts, Source } from "../contract/project.ts";

export type { ProjectFacts, Source };
export type { StartPoint } from "../contract/common.ts";

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
