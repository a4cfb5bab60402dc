import type { Saved } from "../clone/unsaved/saved.ts";
import type { ProjectIdentity } from "../contract/project.ts";
import type { Project } from "../project/types.ts";
import type { Context } from "../system/context.ts";
import { projectSource } from "./project-source.ts";

export type { ProjectIdentity };

/**
 * The user's side of the seam, as the host's part sees it: where the project lies. On a remote host these are questions that
 * go back to the machine that the command was typed on.
 */
export interface ProjectClient {
  /** What the project of a session holds; undefined when it is gone, or another one by now: then nothing is saved. */
  saved(project: ProjectIdentity): Promise<Saved | undefined>;
}

/**
 * The user's side on the machine that sessions live on.
 * @param current the project that the command was called in: it may have been moved since its sessions were made
 * @param options.others whether other projects of this machine are looked at, too, by the place that they are said to be at
 */
export function createLocalUser(
  ctx: Context,
  current: () => Promise<Project | undefined>,
  options: { others: boolean } = { others: true },
): ProjectClient {
  return {
    saved: async (project) => {
      const here = await current().catch(() => undefined);
      // most commands never ask
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
