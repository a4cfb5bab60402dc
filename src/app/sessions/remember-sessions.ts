import type { Project } from "../../project/types.ts";
import type { Outcome } from "../../session/types.ts";
import type { Context } from "../../system/context.ts";
import { uninterruptible } from "../../system/process/uninterruptible.ts";

/**
 * Updates `SESSIONS`, the index of existing sessions. It includes sessions that failed half-way, so that they can be finished.
 * @param outcomes only what hosts reported: the failure of a host says nothing about which sessions exist there
 */
export async function rememberSessions(ctx: Context, project: Project, outcomes: readonly Outcome[]): Promise<void> {
  const own = uninterruptible(ctx);
  const existing = outcomes
    .filter(({ ok, session }) => ok || session !== undefined)
    .map(({ name, host }) => (host === undefined ? name : `${name}@${host}`));
  // The host reported that nothing of these sessions exists: remove the names that were added before.
  const never = outcomes.filter(({ ok, session, host, error }) => {
    return !ok && session === undefined && host !== undefined && error?.code !== "HOST_UNREACHABLE";
  });
  if (never.length > 0) {
    const { removeSessions } = await import("../../project/sessions-index.ts");
    await removeSessions(
      own,
      project,
      never.map(({ name }) => name),
    );
  }
  if (existing.length === 0) return;
  const [{ addSessions }, { excludeCowork }] = await Promise.all([
    import("../../project/sessions-index.ts"),
    import("../../project/exclude.ts"),
  ]);
  await excludeCowork(project);
  await addSessions(own, project, existing);
}
