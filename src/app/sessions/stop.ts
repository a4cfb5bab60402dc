import type { Outcome } from "../../session/types.ts";
import { findSessions, type SessionWords } from "../find/find-sessions.ts";
import { groupByHost, onHosts } from "../hosts.ts";
import { emitStates } from "./outcomes.ts";
import type { Scope } from "../scope.ts";

export async function stopSessions(scope: Scope, wanted: SessionWords & { force: boolean }): Promise<Outcome[]> {
  const found = await findSessions(scope, wanted, { verb: "stop" });
  const all = await Promise.all(
    found.map(async ({ scope: its, selector }) => {
      const { concurrency } = await its.settings();
      return await onHosts(its, await groupByHost(its, selector), (host, group) =>
        host.stop(group.selector, { concurrency, force: wanted.force }),
      );
    }),
  );
  return emitStates(scope, all.flat());
}
