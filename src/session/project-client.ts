import type { Saved } from "../clone/unsaved/saved.ts";
import type { ProjectIdentity } from "../contract/project.ts";
import type { Project } from "../project/types.ts";
import type { Context } from "../system/context.ts";
import { projectSource } from "./project-source.ts";

export type { ProjectIdentity };

/**
 * The client as the session host sees it: the machine that has the project. For a remote host these calls are requests back to
 * the machine where the command was typed.
 */
export interface ProjectClient {
  /** What the project of a session holds; undefined if the project is gone, or is a different one by now: then nothing is saved. */
  saved(project: ProjectIdentity): Promise<Saved | undefined>;
}

/**
 * The client on the machine that has the sessions.
 * @param current the project that the command was called in: it may have been moved since its sessions were made
 * @param options.others also look at other projects of this machine, at the path on record
 */
export function createLocalUser(
  ctx: Context,
  current: () => Promise<Project | undefined>,
  options: { others: boolean } = { others: true },
): ProjectClient {
  return {
    saved: async (project) => {
      const here = await current().catch(() => undefined);
      // Loaded here because most commands never ask.
      const { savedBy } = await import("../clone/unsaved/saved.ts");
      if (here !== undefined && isSame(here, project)) return savedBy(ctx, here.source);
      const source = options.others ? await projectSource(ctx, project.root) : undefined;
      return source === undefined ? undefined : savedBy(ctx, source);
    },
  };
}

function isSame({ facts }: Pick<Project, "facts">, project: ProjectIdentity): boolean {
  return facts.name === project.name && facts.rootCommit === project.rootCommit;
}
