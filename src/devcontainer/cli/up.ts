import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ContainerSummary, Labels } from "../../engine/types.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { composeEnvironment } from "../compose/resolve.ts";
import { cliError, lifecycleFailureOf, type CliFailure } from "./cli-error.ts";
import { runCli, type CliCall, type LoadedCli } from "./cli.ts";
import { isObject } from "../source/json.ts";
import { rerunFrom } from "./lifecycle-markers.ts";
import { explainExit } from "./explain-exit.ts";
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
  /** cowork's own */
  labels: Labels;
  composeProject?: string;
  /** false if neither the config nor the image has a lifecycle command */
  lifecycle?: boolean;
  /** the containers that are proven to belong to the session: labels alone are not proof */
  ownContainers: () => Promise<readonly Pick<ContainerSummary, "id">[]>;
  /** called before each step that may start a container of the session */
  beforeStart?: () => Promise<void>;
  /** the lifecycle command that failed last time: it and the later ones are run again */
  unfinished?: string;
}

const skipLifecycle = "--skip-post-create";

/**
 * `devcontainer up`: makes the session's container from its override config, or starts it, lifecycle commands included. It can be
 * repeated after every failure. Its log is the session's `up.log`. If a lifecycle command fails, the container keeps running, as
 * with plain `devcontainer up`, and the result names the command.
 * @param cli for its one call
 * @throws UP_FAILED with the reason if it can be found, COMPOSE_MISSING, DISK_FULL, INTERRUPTED
 */
export async function up(ctx: Context, given: UpRequest, cli: LoadedCli): Promise<UpResult> {
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
      await rerunFrom(ctx.engine, containerId, remoteUser, request.unfinished);
    }
    await request.beforeStart();
    const outcome = await cli.run(call);
    if (outcome.ok) return readResult(request, outcome.result);
    const failed = lifecycleFailureOf(outcome);
    // An interrupt is not a failure: the CLI ends what it runs and reports that as a failure.
    if (failed === undefined || ctx.signal.aborted) throw upError(request, outcome);
    return { ...(await bringUpOnly(ctx, request, call)), failed };
  } catch (error) {
    // If the run was refused before the container could start, how the container ended last time is not the reason.
    const reason = error === refusal ? error : ((await explainExit(ctx, request, error)) ?? error);
    // The CLI marks a lifecycle command as run before it runs it. If the container stayed, an interrupted command would never run
    // again, and the next attempt would seem to succeed.
    await removeMade(ctx, request, before);
    throw reason;
  }
}

/** Creates or starts the container and returns what is known about it, without running lifecycle commands. */
async function bringUpOnly(ctx: Context, request: UpRequest, call: CliCall): Promise<UpResult> {
  // A separate log: the other one should end with the output of the command that failed.
  const logFile = join(dirname(call.logFile), "container.log");
  await rm(logFile, { force: true });
  await request.beforeStart?.();
  const args = call.args.filter((word) => word !== skipLifecycle);
  const outcome = await runCli(ctx, { ...call, logFile, args: [...args, skipLifecycle] });
  if (outcome.ok) return readResult(request, outcome.result);
  throw upError(request, outcome);
}

/** Compose looks for files in its working directory. The other folder is one that a new snapshot of the config does not remove. */
function callPlace(ctx: Context, { id, composeProject }: UpRequest): Pick<CliCall, "cwd" | "env"> {
  if (composeProject === undefined) return { cwd: ctx.paths.state(id) };
  return { cwd: ctx.paths.devcontainer(id), env: composeEnvironment(ctx.env, composeProject) };
}

/**
 * Removes the containers that this `up` has made. Keeps those that existed before, and those that only have the session's labels.
 */
async function removeMade(ctx: Context, { ownContainers }: UpRequest, before: ReadonlySet<string>): Promise<void> {
  // Problems here are not the reason why `up` failed, and the next `up` tries again.
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
  const message = `The dev container of ${name} did not come up: the result of the dev container CLI cannot be read.`;
  throw new CoworkError("UP_FAILED", message, { hint: [ownCommand("logs", name)] });
}

/**
 * Pure.
 * @param data where the CLI keeps what it generates for Compose; it reads it again at the next start
 */
export function planUpArgs(request: UpRequest, data: string): string[] {
  // `--id-label` replaces the two default labels by which editors find the container, so they are passed as well.
  const labels = {
    "devcontainer.local_folder": request.clone,
    "devcontainer.config_file": join(request.clone, request.configPath ?? ".devcontainer/devcontainer.json"),
    ...request.labels,
  };
  for (const [name, value] of Object.entries(labels)) {
    // `up` hangs forever on such a label (facts).
    if (value.includes("="))
      throw new CoworkError("UP_FAILED", `The label ${name} cannot be ${value}: it must not contain "=".`);
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
    // The root of the clone is the workspace, even if its .git is missing: no folder above it is ever mounted.
    "--mount-workspace-git-root",
    "false",
    "--include-merged-configuration",
    "--update-remote-user-uid-default",
    "never",
    "--no-lockfile",
    // Otherwise the CLI asks the client for buildx, although the image exists and nothing has to be built.
    ...(request.composeProject === undefined ? ["--buildkit", "never"] : []),
    // Without lifecycle commands nothing is left to do after the container's start. This saves a process that reads the environment
    // from the user's shell, and the marker files.
    ...(request.lifecycle === false ? [skipLifecycle] : []),
  ];
}

/** Returns undefined if the container's id or user is missing. */
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
    // In an image's metadata, values may be numbers.
    remoteEnv: Object.fromEntries(
      Object.entries(remoteEnv).flatMap(([name, value]) =>
        ["string", "number", "boolean"].includes(typeof value)
          ? [[name, typeof value === "string" ? value : JSON.stringify(value)]]
          : [],
      ),
    ),
  };
}
