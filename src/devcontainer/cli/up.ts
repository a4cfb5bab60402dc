import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ContainerSummary, Labels } from "../../engine/types.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { composeEnvironment } from "../compose/resolve.ts";
import { cliError, lifecycleFailureOf, type CliFailure } from "./cli-error.ts";
import { runCli, type CliCall } from "./cli.ts";
import { isObject } from "../source/json.ts";
import { runAgainFrom } from "./lifecycle-markers.ts";
import { stoppedByItself } from "./stopped-by-itself.ts";
import type { JsonObject, UpResult } from "../types.ts";
import { rotateLog } from "./up-log.ts";

export interface UpRequest {
  id: string;
  /** session name, for progress and messages */
  name: string;
  /** absolute path of the override config */
  overrideConfigPath: string;
  /** absolute path of the clone */
  clone: string;
  /** path of the project's own config inside the clone; undefined for the template */
  configPath: string | undefined;
  /** ours */
  labels: Labels;
  composeProject?: string;
  /** false: neither the config nor the image has a lifecycle command */
  lifecycle?: boolean;
  /** the session's containers, proven to be its own: labels alone do not say so */
  ownContainers: () => Promise<readonly Pick<ContainerSummary, "id">[]>;
  /** called right before everything that may start a container of the session */
  beforeStart?: () => Promise<void>;
  /** the lifecycle command that failed the last time: from it on they are run again */
  unfinished?: string;
}

const skipLifecycle = "--skip-post-create";

/**
 * `devcontainer up`: makes the session's container from its override config, or starts it again, lifecycle commands
 * included. Every attempt can be repeated. Its log is the session's `up.log`. A lifecycle command that fails leaves the container
 * running, as plain `devcontainer up` does: the result says which one.
 * @throws UP_FAILED with the reason as far as it shows, COMPOSE_MISSING, DISK_FULL, INTERRUPTED
 */
export async function up(ctx: Context, given: UpRequest): Promise<UpResult> {
  let refusal: unknown;
  const request = {
    ...given,
    beforeStart: async () =>
      await given.beforeStart?.().catch((error: unknown) => {
        refusal = error;
        throw error;
      }),
  };
  const logFile = ctx.paths.upLog(request.id);
  await ensureFolder(ctx.paths.logs(request.id), { mode: 0o700 });
  await rotateLog(logFile);
  const data = join(ctx.paths.devcontainer(request.id), "cli");
  await ensureFolder(data, { mode: 0o700 });
  const before = new Set((await request.ownContainers()).map(({ id }) => id));
  const call: CliCall = {
    args: planUpArgs(request, data),
    ...callPlace(ctx, request),
    logFile,
    offline: true,
    onDetail: (detail) => ctx.report({ session: request.name, step: "container", state: "note", detail }),
  };
  try {
    if (request.unfinished !== undefined) {
      const { containerId, remoteUser } = await bringUpOnly(ctx, request, call);
      await runAgainFrom(ctx.engine, containerId, remoteUser, request.unfinished);
    }
    await request.beforeStart();
    const outcome = await runCli(ctx, call);
    if (outcome.ok) return readResult(request, outcome.result);
    const failed = lifecycleFailureOf(outcome);
    // Interrupted is not failed: the CLI ends what it runs, and tells of it as if it had failed by itself.
    if (failed === undefined || ctx.signal.aborted) throw upError(request, outcome);
    return { ...(await bringUpOnly(ctx, request, call)), failed };
  } catch (error) {
    // Refused before it could start: how the container ended the last time is no reason.
    const told = error === refusal ? error : ((await stoppedByItself(ctx, request, error)) ?? error);
    // The CLI notes in the container that it ran a lifecycle command before it does: left there, one that was interrupted would
    // never run again, and the next attempt would seem to succeed.
    await removeMade(ctx, request, before);
    throw told;
  }
}

/** The container alone, made or started where it has to be, and what is known of it: no lifecycle command runs. */
async function bringUpOnly(ctx: Context, request: UpRequest, call: CliCall): Promise<UpResult> {
  // a log of its own: what a command printed that failed is to be the end of the other one
  const logFile = join(dirname(call.logFile), "container.log");
  await rm(logFile, { force: true });
  await request.beforeStart?.();
  const args = call.args.filter((word) => word !== skipLifecycle);
  const outcome = await runCli(ctx, { ...call, logFile, args: [...args, skipLifecycle] });
  if (outcome.ok) return readResult(request, outcome.result);
  throw upError(request, outcome);
}

/** Compose looks for files where it stands. The other place is one that no snapshot of the config takes away. */
function callPlace(ctx: Context, { id, composeProject }: UpRequest): Pick<CliCall, "cwd" | "env"> {
  if (composeProject === undefined) return { cwd: ctx.paths.state(id) };
  return { cwd: ctx.paths.devcontainer(id), env: composeEnvironment(ctx.env, composeProject) };
}

/** What this `up` has made, and nothing that was there before or only carries the session's labels. */
async function removeMade(ctx: Context, { ownContainers }: UpRequest, before: ReadonlySet<string>): Promise<void> {
  // What goes wrong here is not why this `up` failed, and the next one looks again.
  const log = (error: unknown): void => ctx.log(String(error));
  const own = await ownContainers().catch((error: unknown) => (log(error), []));
  for (const { id } of own) if (!before.has(id)) await ctx.engine.removeContainer(id).catch(log);
}

function upError({ name }: UpRequest, outcome: CliFailure): CoworkError {
  return cliError("UP_FAILED", `The dev container of ${name} did not come up`, outcome, [ownCommand("logs", name)]);
}

function readResult({ name }: UpRequest, answer: JsonObject): UpResult {
  const result = readUpResult(answer);
  if (result !== undefined) return result;
  const message = `The dev container of ${name} did not come up: its result cannot be read.`;
  throw new CoworkError("UP_FAILED", message, { hint: [ownCommand("logs", name)] });
}

/** Pure. `data`: where the CLI keeps what it generates for Compose; it looks there again at the next start. */
export function planUpArgs(request: UpRequest, data: string): string[] {
  // `--id-label` replaces the two default labels, by which editors find the container: they are given as well.
  const labels = {
    "devcontainer.local_folder": request.clone,
    "devcontainer.config_file": join(request.clone, request.configPath ?? ".devcontainer/devcontainer.json"),
    ...request.labels,
  };
  for (const [name, value] of Object.entries(labels)) {
    // `up` hangs for ever on it (facts).
    if (value.includes("="))
      throw new CoworkError("UP_FAILED", `The label ${name} cannot be ${value}: it must hold no "=".`);
  }
  return [
    "up",
    "--workspace-folder",
    request.clone,
    "--override-config",
    request.overrideConfigPath,
    ...Object.entries(labels).flatMap(([name, value]) => ["--id-label", `${name}=${value}`]),
    "--user-data-folder",
    data,
    // The clone's root is the workspace, whatever becomes of its .git: nothing above it is ever mounted.
    "--mount-workspace-git-root",
    "false",
    "--include-merged-configuration",
    "--update-remote-user-uid-default",
    "never",
    "--no-lockfile",
    // It would ask the client for buildx, and there is nothing to build: the image is there.
    ...(request.composeProject === undefined ? ["--buildkit", "never"] : []),
    // With no lifecycle command there is nothing left to do after the container's start: no process that asks the user's shell for
    // its environment, no notes of which of no commands have run.
    ...(request.lifecycle === false ? [skipLifecycle] : []),
  ];
}

/** Undefined when the container's id or user are not there. */
export function readUpResult(result: JsonObject): UpResult | undefined {
  const { containerId, remoteUser, remoteWorkspaceFolder, composeProjectName, mergedConfiguration } = result;
  if (typeof containerId !== "string" || typeof remoteUser !== "string" || typeof remoteWorkspaceFolder !== "string")
    return undefined;
  const remoteEnv =
    isObject(mergedConfiguration) && isObject(mergedConfiguration["remoteEnv"]) ? mergedConfiguration["remoteEnv"] : {};
  return {
    containerId,
    remoteUser,
    workspaceFolder: remoteWorkspaceFolder,
    ...(typeof composeProjectName === "string" ? { composeProject: composeProjectName } : {}),
    // Of an image's metadata they may be numbers.
    remoteEnv: Object.fromEntries(
      Object.entries(remoteEnv).flatMap(([name, value]) =>
        ["string", "number", "boolean"].includes(typeof value)
          ? [[name, typeof value === "string" ? value : JSON.stringify(value)]]
          : [],
      ),
    ),
  };
}
