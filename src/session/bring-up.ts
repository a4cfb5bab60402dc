import { getAgent } from "../agent/catalog.ts";
import { completeAgent } from "../agent/inside.ts";
import { prepareAgent } from "../agent/prepare.ts";
import type { Agent } from "../agent/types.ts";
import type { Settings } from "../config/types.ts";
import { checkBinds } from "../devcontainer/check-binds.ts";
import { overridePaths } from "../devcontainer/snapshot.ts";
import type { StartedCli } from "../devcontainer/cli.ts";
import type { ConfigKind } from "../devcontainer/types.ts";
import { startUp, up } from "../devcontainer/up.ts";
import { CoworkError } from "../errors.ts";
import type { ContainerDetail } from "../engine/types.ts";
import type { Context } from "../system/context.ts";
import { readyAgent } from "./agent-ready.ts";
import { writeContainerFolder } from "./container-folder.ts";
import { sessionLabels } from "./labels.ts";
import { composeProjectName } from "./names.ts";
import type { SessionRecord } from "./record.ts";
import { sessionVolumes } from "./session-volumes.ts";
import { containersOf } from "./world.ts";

/**
 * `devcontainer up` from what lies in the session's state, and what comes right before and after it: the agent's part. The
 * environment of programs inside is not asked here (environment.ts): many sessions are made and few entered at once. Makes
 * the container where there is none, starts it where it is stopped.
 * @param cli the program for `up`, where the caller has started it already; here it ends in any case
 * @returns the record with what is known now; the caller writes it
 */
export async function bringUp(
  ctx: Context,
  record: SessionRecord,
  settings: Settings,
  notes: string[],
  cli?: StartedCli,
): Promise<SessionRecord> {
  const { devcontainer, id, name } = record;
  if (devcontainer === undefined)
    throw new CoworkError("SESSION_INCOMPLETE", `${name} was never completed.`, { hint: `cowork init ${name}` });
  const started = cli ?? startUp(ctx, upPlace(ctx, id, devcontainer.kind));
  try {
    return await bringUpWith(ctx, { ...record, devcontainer }, settings, notes, started);
  } finally {
    await started.leave();
  }
}

/** What `startUp` has to know of a session. */
export function upPlace(ctx: Context, id: string, kind: ConfigKind): { id: string; composeProject?: string } {
  return { id, ...(kind === "compose" ? { composeProject: composeProjectName(ctx.paths.homeHash, id) } : {}) };
}

type Made = SessionRecord & { devcontainer: NonNullable<SessionRecord["devcontainer"]> };

async function bringUpWith(
  ctx: Context,
  record: Made,
  settings: Settings,
  notes: string[],
  cli: StartedCli,
): Promise<SessionRecord> {
  const { devcontainer, id, name } = record;
  const agent = getAgent(settings.agent);
  const workspaceFolder = expectedFolder(record);
  await writeContainerFolder(ctx, record, { workspaceFolder, git: devcontainer.git });
  ctx.report({ session: name, step: "agent", state: "start" });
  notes.push(...(await readyAgent(ctx, record, settings, { workspaceFolder })));

  ctx.report({ session: name, step: "container", state: "start" });
  await checkBinds(ctx, record);
  await removeHalfMade(ctx, record);
  const request = {
    ...upPlace(ctx, id, devcontainer.kind),
    name,
    overrideConfigPath: overridePaths(ctx, id).config,
    clone: ctx.paths.clone(id),
    configPath: devcontainer.path ?? undefined,
    labels: sessionLabels(record, ctx.paths.homeHash),
    ...(devcontainer.lifecycle === undefined ? {} : { lifecycle: devcontainer.lifecycle }),
  };
  const result = await up(ctx, request, cli);
  const container = await ctx.engine.findContainer(result.containerId);
  if (container === undefined) {
    throw new CoworkError("UP_FAILED", `The dev container of ${name} was gone right after it came up.`, {
      hint: `cowork logs ${name}`,
    });
  }
  const started = {
    user: result.remoteUser,
    workspaceFolder: result.workspaceFolder,
    remoteEnv: result.remoteEnv,
    startedAt: container.startedAt,
  };
  ctx.report({ session: name, step: "container", state: "done" });
  await settleIn(ctx, record, { agent, settings, container, started }, notes);
  return { ...record, container: started, volumes: sessionVolumes(ctx, record, container) };
}

/** What was planned, else what `up` said before; records of an earlier cowork do not tell, and it had a default. */
function expectedFolder({ id, container, devcontainer }: SessionRecord): string {
  const planned = devcontainer?.workspace?.folder;
  if (planned !== undefined && !planned.includes("${")) return planned;
  return container?.workspaceFolder ?? `/workspaces/${id}`;
}

/**
 * A container of an `up` that was killed half-way: @devcontainers/cli marks a lifecycle command as done before it runs, and would
 * leave out the one it died in.
 */
async function removeHalfMade(ctx: Context, record: SessionRecord): Promise<void> {
  if (record.container !== undefined) return;
  for (const { id } of await containersOf(ctx, record.id)) await ctx.engine.removeContainer(id);
}

interface Settling {
  agent: Agent;
  settings: Settings;
  container: ContainerDetail;
  started: NonNullable<SessionRecord["container"]>;
}

/** What can be known, or put right, only in the running container. */
async function settleIn(
  ctx: Context,
  record: SessionRecord,
  { agent, settings, container, started }: Settling,
  notes: string[],
): Promise<void> {
  const { devcontainer, id, name } = record;
  const { workspaceFolder } = started;
  if (workspaceFolder !== expectedFolder(record)) {
    await writeContainerFolder(ctx, record, {
      workspaceFolder,
      git: devcontainer?.git ?? { name: undefined, email: undefined },
    });
    await prepareAgent(ctx, agent, { id, name, settings, workspaceFolder });
  }
  const remoteUid = devcontainer?.remoteUid ?? 0;
  // Somebody may have installed something in a container that was there before, and a lifecycle command in any.
  const isUntouched = record.container === undefined && devcontainer?.lifecycle === false;
  const image = { id: container.imageId, isUntouched };
  const inside = { id: container.id, name, session: id, remoteUid, image };
  notes.push(...(await completeAgent(ctx, agent, inside)));
  ctx.report({ session: name, step: "agent", state: "done" });
}
