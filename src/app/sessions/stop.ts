import type { Outcome } from "../../session/types.ts";
import { findSessions, type SessionWords } from "../find/find-sessions.ts";
import { groupByHost, onHosts } from "../hosts.ts";
import { emitStates } from "./outcomes.ts";
import type { Scope } from "../scope.ts";

/**
 * @param wanted.force also end runs that are active
 * @param wanted.hide leave the sessions out of lists until they are started again
 */
export async function stopSessions(
  scope: Scope,
  wanted: SessionWords & { force: boolean; hide?: boolean },
): Promise<Outcome[]> {
  const { force, hide } = wanted;
  const found = await findSessions(scope, wanted, { verb: "stop" });
  const all = await Promise.all(
    found.map(async ({ scope: its, selector }) => {
      const { concurrency } = await its.settings();
      return await onHosts(its, await groupByHost(its, selector), (host, group) =>
        host.stop(group.selector, { concurrency, force, ...(hide === true ? { hide } : {}) }),
      );
    }),
  );
  return emitStates(scope, all.flat());
}
