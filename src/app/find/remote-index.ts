import { excludeCowork } from "../../project/exclude.ts";
import { rememberProject } from "../../project/known-projects.ts";
import { addSessions, readSessions, removeSessions } from "../../project/sessions-index.ts";
import type { Project } from "../../project/types.ts";
import { addHost, readHosts } from "../../remote/hosts.ts";
import { nameKey } from "../../session/record/names.ts";
import type { Context } from "../../system/context.ts";
import { uninterruptible } from "../../system/uninterruptible.ts";

/**
 * Sessions on another host are known here by `SESSIONS` alone: it names them before they are begun, should the connection break.
 * A host that is used for the first time is remembered: only such ones count in a conf, which may be a repository's.
 * @returns what takes the names out again that were not there before
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
  // From elsewhere the sessions are found by it alone: this machine has no records of them.
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
