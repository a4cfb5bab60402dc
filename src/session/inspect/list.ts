import type { Context } from "../../system/context.ts";
import { ownContainers } from "./own-containers.ts";
import { selectRecords } from "../record/records.ts";
import type { Selector, SessionView } from "../types.ts";
import { compareViews, devContainer, viewSession } from "./view.ts";
import { containersBySession, observe } from "./observe.ts";
import { readProgramWork } from "../work/program-work.ts";
import { statePlace } from "../work/state-place.ts";
import { readAgentWork } from "../../work/state/read-state.ts";

/** The selected sessions with their current state, sorted by project and name. */
export async function listSessions(ctx: Context, selector: Selector): Promise<SessionView[]> {
  const [entries, containers] = await Promise.all([selectRecords(ctx, selector), containersBySession(ctx)]);
  const views = await Promise.all(
    entries.map(async (entry) => {
      if ("error" in entry) return unreadable(ctx, entry);
      const { record } = entry;
      const own = ownContainers(ctx, record, containers.get(record.id) ?? []);
      const view = viewSession(record, await observe(ctx, record.id, own), ctx.paths);
      const place = statePlace(record, devContainer(own));
      const work = place === undefined ? readProgramWork(ctx, record, devContainer(own)) : readAgentWork(ctx, place);
      return { ...view, ...work };
    }),
  );
  return views.toSorted(compareViews);
}

/** A session whose record is damaged: shown as failed, so that it does not seem to be gone. */
export function unreadable(
  ctx: Context,
  entry: { id: string; error: { toView(): SessionView["error"] } },
): SessionView {
  const error = entry.error.toView();
  return {
    id: entry.id,
    name: entry.id,
    project: "",
    projectRoot: "",
    host: "local",
    state: "failed",
    ...(error === undefined ? {} : { error }),
    branch: null,
    path: ctx.paths.clone(entry.id),
    agent: "",
    createdAt: "",
    container: null,
  };
}
