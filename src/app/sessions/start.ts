import { usageError } from "../../errors.ts";
import type { RebuildRequest } from "../../session/session-host.ts";
import type { Outcome } from "../../session/types.ts";
import { findSessions, type SessionWords } from "../find/find-sessions.ts";
import { groupByHost, onHosts } from "../hosts.ts";
import { emitStates } from "./outcomes.ts";
import type { Scope } from "../scope.ts";

/**
 * @param wanted.rebuild read the configuration again from the clone and rebuild image and container
 * @param wanted.force with `rebuild`: also if a run is active
 */
export async function startSessions(
  scope: Scope,
  wanted: SessionWords & { rebuild: boolean; force: boolean },
): Promise<Outcome[]> {
  if (wanted.force && !wanted.rebuild)
    throw usageError("--force needs --rebuild: a start ends no run.", "run cowork start without --force");
  if (wanted.rebuild && wanted.all) {
    throw usageError(
      "--rebuild works only on sessions of one project.",
      "run cowork start --rebuild inside the project",
    );
  }
  const found = await findSessions(scope, wanted, { verb: "start" });
  const all = await Promise.all(
    found.map(async ({ scope: its, selector }) => {
      const settings = await its.settings();
      const options = { settings, ...(wanted.rebuild ? { rebuild: await rebuildRequest(its, wanted.force) } : {}) };
      return await onHosts(its, await groupByHost(its, selector), (host, group) => host.start(group.selector, options));
    }),
  );
  return emitStates(scope, all.flat());
}

async function rebuildRequest(scope: Scope, force: boolean): Promise<RebuildRequest> {
  const { facts, source } = await scope.project();
  return { project: facts, source, settings: await scope.settings(), force };
}
