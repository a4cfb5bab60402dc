import pLimit from "p-limit";
import { findAgent } from "../../agent/catalog.ts";
import type { ContainerSummary } from "../../engine/types.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { treeSize } from "../../system/files/tree.ts";
import { unreadable } from "./list.ts";
import { inspectClone, type CloneReport } from "./inspect-clone.ts";
import { ownContainers } from "./own-containers.ts";
import type { StatusOptions } from "../session-host.ts";
import type { SessionRecord, RecordEntry } from "../record/record.ts";
import { selectRecords } from "../record/records.ts";
import type { Selector, SessionStatus } from "../types.ts";
import { unknownStatus } from "./unknown-status.ts";
import type { ProjectClient } from "../project-client.ts";
import { devContainer, viewSession } from "./view.ts";
import { containersBySession, observe } from "./observe.ts";
import { looksAtOnce, workOf } from "../work/agent-work.ts";

/**
 * Detailed status of sessions: git state, unsaved work, resources, disk, ports, login. Usage figures take the engine
 * a second, and sizes read every file: `brief` leaves both out.
 */
export async function sessionStatus(
  ctx: Context,
  user: ProjectClient,
  selector: Selector,
  options: StatusOptions,
): Promise<SessionStatus[]> {
  const [entries, containers] = await Promise.all([selectRecords(ctx, selector), containersBySession(ctx)]);
  const shared = readOncePerProject(user);
  const logins = await readLogins(ctx, entries);
  const inTurn = pLimit(looksAtOnce);
  return Promise.all(
    entries.map(async (entry) =>
      "record" in entry
        ? oneStatus(ctx, shared, entry.record, {
            containers: ownContainers(ctx, entry.record, containers.get(entry.id) ?? []),
            login: logins.get(entry.record.agent) ?? "none",
            options,
            inTurn,
          })
        : { ...unreadable(ctx, entry), ...unknownStatus("the session's record cannot be read"), login: "none" },
    ),
  );
}

/** The login state of each agent that these sessions have. An agent that this cowork does not know has none. */
async function readLogins(ctx: Context, entries: readonly RecordEntry[]): Promise<Map<string, SessionStatus["login"]>> {
  const ids = new Set(entries.flatMap((entry) => ("record" in entry ? [entry.record.agent] : [])));
  const agents = [...ids].flatMap((id) => findAgent(id) ?? []);
  return new Map(
    await Promise.all(agents.map(async (agent) => [agent.id, (await agent.login.read(ctx)).state] as const)),
  );
}

/** Reads what a project holds once for all its sessions: it may have to ask the project's remote. */
function readOncePerProject(user: ProjectClient): ProjectClient {
  const asked = new Map<string, ReturnType<ProjectClient["saved"]>>();
  return {
    saved: async (project) => {
      const key = JSON.stringify([project.name, project.root, project.rootCommit]);
      const answer = asked.get(key) ?? user.saved(project);
      asked.set(key, answer);
      return await answer;
    },
  };
}

/** Read once for all sessions. */
interface Known {
  containers: ContainerSummary[];
  login: SessionStatus["login"];
  options: StatusOptions;
  inTurn: <T>(look: () => Promise<T>) => Promise<T>;
}

async function oneStatus(
  ctx: Context,
  user: ProjectClient,
  record: SessionRecord,
  { containers, login, options, inTurn }: Known,
): Promise<SessionStatus> {
  const main = devContainer(containers);
  const running = main?.state === "running";
  const [observed, detail, resources, report, clone, state, work] = await Promise.all([
    observe(ctx, record.id, containers),
    main === undefined || options.brief ? undefined : ctx.engine.findContainer(main.id),
    // A container may stop between the requests: then there are no figures.
    running && !options.brief ? ctx.engine.stats(main.id).catch(() => null) : null,
    inTurn(async () => await inspectClone(ctx, record, user, options.precious).catch(unknownCloneReport)),
    options.brief ? 0 : treeSize(ctx.paths.clone(record.id)).catch(() => 0),
    options.brief ? 0 : treeSize(ctx.paths.state(record.id)).catch(() => 0),
    inTurn(async () => await workOf(ctx, record, main, { check: !options.brief })),
  ]);
  const startedAt = detail?.startedAt;
  return {
    ...viewSession(record, { ...observed, ...(startedAt === undefined ? {} : { startedAt }) }, ctx.paths),
    ...work,
    git: report.git,
    unsaved: report.unsaved.length > 0,
    unsavedWork: report.unsaved,
    disk: options.brief ? null : { clone, state },
    resources,
    ports: containers.flatMap(publishedPorts),
    volumes: record.volumes,
    login,
    carried: record.carried,
    changes: record.devcontainer?.changes ?? [],
  };
}

/** When the clone cannot be inspected, it counts as unsaved. */
function unknownCloneReport(error: unknown): CloneReport {
  const why = `its clone cannot be inspected: ${toCoworkError(error).message}`;
  return { git: null, unsaved: [why], replaced: [], hint: [] };
}

function publishedPorts({ ports }: ContainerSummary): SessionStatus["ports"] {
  const published = ports.flatMap(({ container, host, address }) =>
    host === undefined ? [] : [{ container, host, address: address ?? "" }],
  );
  // The engine lists a port twice, for IPv4 and IPv6.
  return [...new Map(published.map((port) => [`${port.container}:${port.host}`, port])).values()];
}
