import { completeAgent } from "../../agent/inside.ts";
import { prepareAgent } from "../../agent/prepare.ts";
import type { Agent } from "../../agent/types.ts";
import type { Settings } from "../../config/types.ts";
import { hasBinds } from "../../devcontainer/override/check-binds.ts";
import { overridePaths } from "../../devcontainer/override/snapshot.ts";
import type { UpResult } from "../../devcontainer/types.ts";
import type { LoadedCli } from "../../devcontainer/cli/cli.ts";
import { up } from "../../devcontainer/cli/up.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { ContainerDetail, ContainerSummary } from "../../engine/types.ts";
import type { Context } from "../../system/context.ts";
import { ownImage } from "../own-image.ts";
import { readyAgent } from "./agent-ready.ts";
import { finished, unfinished } from "../record/unfinished.ts";
import { plain } from "../../system/text.ts";
import { writeContainerFolder } from "./container-folder.ts";
import { homeOf, label, sessionLabels } from "../record/labels.ts";
import { agentOf } from "../record/agent.ts";
import { composeProjectName } from "../record/names.ts";
import type { SessionRecord } from "../record/record.ts";
import { checkMounts } from "./check-mounts.ts";
import { sessionVolumes } from "./session-volumes.ts";
import { stopBeforeStart } from "./stop-before-start.ts";
import { emptyAnswers, hasTraces } from "../../work/approvals/answers.ts";
import { takeInReports } from "../../work/inbox/take-in.ts";
import { refreshClaims } from "../work/claims.ts";
import { knownAgentPlace } from "../work/place.ts";
import { devContainer } from "../inspect/view.ts";
import { containersOf, sortedContainers } from "../inspect/observe.ts";

/**
 * Runs `devcontainer up` with the configuration stored for the session, and sets up the agent before and after it. Creates the
 * container if there is none, starts it if it is stopped. The environment of programs inside is not read here (environment.ts):
 * many sessions are made at once, but few are entered.
 * @param cli loaded as early as it is known that it will be needed
 * @returns the updated record; the caller writes it
 */
export async function bringUp(
  ctx: Context,
  record: SessionRecord,
  settings: Settings,
  notes: string[],
  cli: LoadedCli,
): Promise<SessionRecord> {
  const { devcontainer, id, name } = record;
  if (devcontainer === undefined)
    throw new CoworkError("SESSION_INCOMPLETE", `Session ${name} was never completed.`, {
      hint: [ownCommand("init", name)],
    });
  const agent = agentOf(record);
  const workspaceFolder = expectedFolder(record);
  // One after the other: after an error nothing may be written any more.
  await ownOnly(ctx, record);
  await writeContainerFolder(ctx, record, { workspaceFolder, git: devcontainer.git });
  ctx.report({ session: name, step: "agent", state: "start" });
  notes.push(...(await readyAgent(ctx, record, settings, { workspaceFolder })));

  ctx.report({ session: name, step: "container", state: "start" });
  // Checked again: installing the agent may have taken a while.
  await removeHalfMade(ctx, record, await ownOnly(ctx, record));
  const request = {
    id,
    name,
    ...(devcontainer.kind === "compose" ? { composeProject: composeProjectName(homeOf(ctx, record), id) } : {}),
    overrideConfigPath: overridePaths(ctx, id).config,
    clone: ctx.paths.clone(id),
    configPath: devcontainer.path ?? undefined,
    labels: sessionLabels(record, homeOf(ctx, record)),
    ownContainers: async () => await containersOf(ctx, record),
    ...(devcontainer.lifecycle === undefined ? {} : { lifecycle: devcontainer.lifecycle }),
  };
  const again = record.unfinished === undefined ? {} : { unfinished: record.unfinished };
  const beforeStart = async (): Promise<void> => {
    await stopBeforeStart(ctx, record);
    await forgetAnswers(ctx, record);
    await takeInEarlier(ctx, record);
  };
  const result = (await asItRuns(ctx, record)) ?? (await up(ctx, { ...request, ...again, beforeStart }, cli));
  const [container, own] = await Promise.all([ctx.engine.findContainer(result.containerId), ownOnly(ctx, record)]);
  if (container === undefined) {
    throw new CoworkError("UP_FAILED", `The dev container of ${name} disappeared right after it started.`, {
      hint: [ownCommand("logs", name)],
    });
  }
  if (!own.some(({ id: each }) => each === container.id)) throw notOwn(record, container);
  await checkMounts(ctx, record, container, own);
  const started = {
    id: container.id,
    user: result.remoteUser,
    workspaceFolder: result.workspaceFolder,
    remoteEnv: result.remoteEnv,
    startedAt: container.startedAt,
  };
  await checkWorkspace(ctx, record, container, result.workspaceFolder);
  ctx.report({ session: name, step: "container", state: "done" });
  await settleIn(ctx, record, { agent, settings, container, started }, notes);
  await refreshClaims(ctx, [record]);
  const containers = own.map(({ id: each }) => each);
  const volumes = sessionVolumes(ctx, record, container);
  const now = { ...finished(record), container: started, containers, volumes };
  return result.failed === undefined ? now : unfinished(now, result.failed);
}

/**
 * The session's containers. @devcontainers/cli takes the first container that carries the session's labels and runs the project's
 * commands in it, so nothing may start while another container carries them too.
 * @throws UP_FAILED naming the other container
 */
async function ownOnly(ctx: Context, record: SessionRecord): Promise<ContainerSummary[]> {
  const { own, foreign } = await sortedContainers(ctx, record);
  const other = foreign.find(({ labels }) => labels[label.localFolder] !== undefined);
  if (other !== undefined) throw notOwn(record, other);
  return own;
}

/** A container that starts again has none of the programs that asked for something. One that runs may be asking now. */
async function forgetAnswers(ctx: Context, record: SessionRecord): Promise<void> {
  if (!hasTraces(ctx, record.id)) return;
  if (devContainer(await containersOf(ctx, record))?.state !== "running") await emptyAnswers(ctx, record.id);
}

/** What is in the inbox now is from before this start. If that fails, it stays there for the next command. */
async function takeInEarlier(ctx: Context, record: SessionRecord): Promise<void> {
  const place = knownAgentPlace(record, undefined);
  if (place === undefined) return;
  await takeInReports(ctx, place).catch((error: unknown) => {
    ctx.signal.throwIfAborted();
    ctx.log(`reports of ${record.name}: ${String(error)}`);
  });
}

function notOwn({ name }: SessionRecord, { name: other }: ContainerSummary): CoworkError {
  const what = `The container ${plain(other)} carries the labels of session ${name}, but does not have its clone mounted.`;
  return new CoworkError("UP_FAILED", what, {
    hint: `inspect it with docker inspect ${plain(other)}, then remove it or wait until it is gone`,
  });
}

/**
 * The result for a running session whose stopped services `up` must not start: they stay as they are until the whole session is
 * started again. undefined: the session is not running, or `up` may start them.
 */
async function asItRuns(ctx: Context, record: SessionRecord): Promise<UpResult | undefined> {
  if (record.container === undefined || record.unfinished !== undefined) return undefined;
  if (!(await hasBinds(ctx, record.id))) return undefined;
  const main = devContainer(await containersOf(ctx, record));
  if (main?.state !== "running") return undefined;
  const { user: remoteUser, workspaceFolder, remoteEnv } = record.container;
  return { containerId: main.id, remoteUser, workspaceFolder, remoteEnv };
}

/**
 * Checks that the workspace folder exists: without it nothing can run inside. A folder that is a mount point exists.
 * @throws UP_FAILED
 */
async function checkWorkspace(
  ctx: Context,
  record: SessionRecord,
  { id, mounts }: ContainerDetail,
  folder: string,
): Promise<void> {
  if (mounts.some(({ destination }) => destination === folder)) return;
  const command = ["/bin/sh", "-c", 'test -d "$1"', "sh", folder] as const;
  const { code } = await ctx.engine.exec(id, { command, user: "0", workingDir: "/" });
  if (code === 0) return;
  await removeHalfMade(ctx, record, await containersOf(ctx, record));
  const { name } = record;
  throw new CoworkError(
    "UP_FAILED",
    `The workspace folder ${plain(folder)} does not exist in the dev container of ${name}.`,
    {
      hint: steps`correct "workspaceFolder" in devcontainer.json (with an image or a Dockerfile it also needs "workspaceMount") and commit that, then ${ownCommand("clean", name)} and ${ownCommand("init", name)}`,
    },
  );
}

/** What was planned, else what `up` reported; records of an older cowork have neither, and their clone had a default place. */
function expectedFolder({ id, container, devcontainer }: SessionRecord): string {
  const planned = devcontainer?.workspace?.folder;
  if (planned !== undefined && !planned.includes("${")) return planned;
  return container?.workspaceFolder ?? `/workspaces/${id}`;
}

/**
 * Removes the container of an `up` that was killed: @devcontainers/cli marks a lifecycle command as done before it runs, and
 * would skip the one that was interrupted.
 */
async function removeHalfMade(
  ctx: Context,
  record: SessionRecord,
  own: readonly Pick<ContainerSummary, "id">[],
): Promise<void> {
  if (record.container !== undefined) return;
  for (const { id } of own) await ctx.engine.removeContainer(id);
}

interface Settling {
  /** undefined: the program of `AGENT_COMMAND`, for which nothing is prepared */
  agent: Agent | undefined;
  settings: Settings;
  container: ContainerDetail;
  started: NonNullable<SessionRecord["container"]>;
}

/** What can be found out, or fixed, only in the running container. */
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
    if (agent !== undefined)
      await prepareAgent(ctx, agent, { id, name, settings, workspaceFolder, image: ownImage(ctx) });
  }
  const remoteUid = devcontainer?.remoteUid ?? 0;
  // Something may have been installed in a container that existed before, and by a lifecycle command in any container.
  const isUntouched = record.container === undefined && devcontainer?.lifecycle === false;
  const image = { id: container.imageId, isUntouched };
  const inside = { id: container.id, name, session: id, remoteUid, image, ownImage: ownImage(ctx) };
  if (agent !== undefined) notes.push(...(await completeAgent(ctx, agent, inside)));
  ctx.report({ session: name, step: "agent", state: "done" });
}
