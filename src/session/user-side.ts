import { type Saved, savedBy } from "../clone/saved.ts";
import type { Project, ProjectFacts } from "../project/types.ts";
import type { Context } from "../system/context.ts";
import { projectSource } from "./project-source.ts";

/** What a project is told by where nothing else is known of it. */
export type ProjectIdentity = Pick<ProjectFacts, "name" | "root" | "rootCommit">;

/**
 * The user's side of the seam, as the host's part sees it: where the project lies. On a remote host these are questions that
 * go back to the machine that the command was typed on.
 */
export interface UserSide {
  /** What the project of a session holds; undefined when it is gone, or another one by now: then nothing is saved. */
  saved(project: ProjectIdentity): Promise<Saved | undefined>;
}

/**
 * The user's side on the machine that sessions live on.
 * @param current the project that the command was called in: it may have been moved since its sessions were made
 */
export function createLocalUser(ctx: Context, current: () => Promise<Project | undefined>): UserSide {
  return {
    saved: async (project) => {
      const here = await current().catch(() => undefined);
      const source = here !== undefined && isSame(here, project) ? here.source : await projectSource(ctx, project.root);
      return source === undefined ? undefined : savedBy(ctx, source);
    },
  };
}

export function isSame({ facts }: Pick<Project, "facts">, project: ProjectIdentity): boolean {
  return facts.name === project.name && facts.rootCommit === project.rootCommit;
}
