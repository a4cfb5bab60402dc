import { join } from "node:path";
import type { SessionView } from "../../session/types.ts";
import { lookIfOpen } from "../../system/files/files.ts";
import type { Paths } from "../../system/paths.ts";

/**
 * The folders of this machine in which something changes when a session or its agent changes. What only the container can name, such
 * as the agent's own folder, is not among them: a link there could lead anywhere.
 */
export function foldersOf(paths: Paths, views: readonly SessionView[]): string[] {
  const each = views.map(({ id, state, run }) => {
    const isRunning = state === "running";
    return [
      paths.state(id),
      ...(isRunning ? [paths.events(id), ...ownFolder(join(paths.events(id), "mail"))] : []),
      ...(isRunning && run !== undefined ? [paths.run(id, run.n)] : []),
    ];
  });
  return [paths.stateRoot, ...each.flat()];
}

/** The container may have put a link in its place, or closed the folder around it. */
function ownFolder(path: string): string[] {
  return lookIfOpen(path)?.isDirectory() === true ? [path] : [];
}
