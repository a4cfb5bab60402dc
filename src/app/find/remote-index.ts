import { excludeCowork } from "../../project/exclude.ts";
import { rememberProject } from "../../project/known-projects.ts";
import { addSessions, readSessions, removeSessions } from "../../project/sessions-index.ts";
import type { Project } from "../../project/types.ts";
import { addHost, readHosts } from "../../remote/hosts.ts";
import { nameKey } from "../../session/record/names.ts";
import type { Context } from "../../system/context.ts";
import { uninterruptible } from "../../system/process/uninterruptible.ts";

/**
 * Adds sessions on another host to `SESSIONS`, the only place where this machine knows them, before they are created: the
 * connection may break. Also remembers the host, because a host in a `.cowork.conf` counts only if the user has added it.
 * @returns a function that removes the names that were added
 */
export async function beginOnHost(
  ctx: Context,
  project: Project | undefined,
  host: string,
  names: readonly string[],
): Promise<() => Promise<void>> {
  if (project === undefined) return async () => undefined;
  const own = uninterruptible(ctx);
  if ((await readHosts(own))[host] === undefined) await addHost(own, host, { destination: host });
  // This machine has no records of these sessions. From other folders they are found through the project only.
  await rememberProject(own, project.facts.root);
  const known = new Set((await readSessions(undefined, project)).map(({ name }) => nameKey(name)));
  const added = names.filter((name) => !known.has(nameKey(name)));
  if (added.length === 0) return async () => undefined;
  await excludeCowork(project);
  await addSessions(
    own,
    project,
    added.map((name) => `${name}@${host}`),
  );
  return async () => await removeSessions(own, project, added, host);
}
