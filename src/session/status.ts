import { findAgent } from "../agent/catalog.ts";
import type { ContainerSummary } from "../engine/types.ts";
import { toCoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { treeSize } from "../system/tree.ts";
import { unreadable } from "./list.ts";
import { lookInside, type Insight } from "./look-inside.ts";
import { ownContainers } from "./own-containers.ts";
import type { SessionRecord } from "./record.ts";
import { selectRecords, type RecordEntry } from "./records.ts";
import type { Selector, SessionStatus } from "./types.ts";
import { unknownStatus } from "./unknown-status.ts";
import type { UserSide } from "./user-side.ts";
import { devContainer, viewSession } from "./view.ts";
import { containersBySession, lookAt } from "./world.ts";

/** Sessions in depth, side by side: git state, unsaved work, resources, disk, ports, login. */
export async function sessionStatus(
  ctx: Context,
  user: UserSide,
  selector: Selector,
  precious: readonly string[],
): Promise<SessionStatus[]> {
  const [entries, containers] = await Promise.all([selectRecords(ctx, selector), containersBySession(ctx)]);
  const logins = await readLogins(ctx, entries);
  return Promise.all(
    entries.map(async (entry) =>
      "record" in entry
        ? oneStatus(ctx, user, entry.record, {
            containers: ownContainers(ctx, entry.record, containers.get(entry.id) ?? []),
            login: logins.get(entry.record.agent) ?? "none",
            precious,
          })
        : { ...unreadable(ctx, entry), ...unknownStatus("the session's record cannot be read"), login: "none" },
    ),
  );
}

/** The state of the shared login of each agent that these sessions have. One that this cowork does not know has none. */
async function readLogins(ctx: Context, entries: readonly RecordEntry[]): Promise<Map<string, SessionStatus["login"]>> {
  const ids = new Set(entries.flatMap((entry) => ("record" in entry ? [entry.record.agent] : [])));
  const agents = [...ids].flatMap((id) => findAgent(id) ?? []);
  return new Map(
    await Promise.all(agents.map(async (agent) => [agent.id, (await agent.login.read(ctx)).state] as const)),
  );
}

/** What is asked once for all sessions. */
interface Known {
  containers: ContainerSummary[];
  login: SessionStatus["login"];
  precious: readonly string[];
}

async function oneStatus(
  ctx: Context,
  user: UserSide,
  record: SessionRecord,
  { containers, login, precious }: Known,
): Promise<SessionStatus> {
  const main = devContainer(containers);
  const running = main?.state === "running";
  const [world, detail, resources, insight, clone, state] = await Promise.all([
    lookAt(ctx, record.id, containers),
    main === undefined ? undefined : ctx.engine.findContainer(main.id),
    // A container may stop between the questions: then there are no figures.
    running ? ctx.engine.stats(main.id).catch(() => null) : null,
    lookInside(ctx, record, user, precious).catch(unknownInsight),
    treeSize(ctx.paths.clone(record.id)).catch(() => 0),
    treeSize(ctx.paths.state(record.id)).catch(() => 0),
  ]);
  const startedAt = detail?.startedAt;
  return {
    ...viewSession(record, { ...world, ...(startedAt === undefined ? {} : { startedAt }) }, ctx.paths),
    git: insight.git,
    unsaved: insight.unsaved.length > 0,
    unsavedWork: insight.unsaved,
    disk: { clone, state },
    resources,
    ports: containers.flatMap(publishedPorts),
    login,
    carried: record.carried,
    changes: record.devcontainer?.changes ?? [],
  };
}

/** Nobody can tell what the clone holds: it counts as unsaved. */
function unknownInsight(error: unknown): Insight {
  const why = `its clone cannot be looked into: ${toCoworkError(error).message}`;
  return { git: null, unsaved: [why], replaced: [], hint: "" };
}

function publishedPorts({ ports }: ContainerSummary): SessionStatus["ports"] {
  const published = ports.flatMap(({ container, host, address }) =>
    host === undefined ? [] : [{ container, host, address: address ?? "" }],
  );
  // The engine lists a port once for IPv4 and once for IPv6.
  return [...new Map(published.map((port) => [`${port.container}:${port.host}`, port])).values()];
}
