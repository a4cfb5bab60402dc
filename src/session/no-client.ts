import type { ProjectClient } from "./project-client.ts";

/** For operations that never check whether work is saved, and so need no project. */
export const nobody: ProjectClient = { saved: () => Promise.resolve(undefined) };
