import { join } from "node:path";
import type { Labels } from "../engine/types.ts";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder } from "../system/files.ts";
import { composeEnvironment } from "./compose/resolve.ts";
import { cliError } from "./cli-error.ts";
import { startCli, type CliWords, type StartedCli } from "./cli.ts";
import { isObject } from "./json.ts";
import type { JsonObject, UpResult } from "./types.ts";
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
}

/** Starts the program for `up`, which takes its words later: it loads meanwhile. */
export function startUp(ctx: Context, { id, composeProject }: Pick<UpRequest, "id" | "composeProject">): StartedCli {
  // Compose looks for files where it stands. The other place is one that no snapshot of the config takes away.
  if (composeProject === undefined) return startCli(ctx, { cwd: ctx.paths.state(id), offline: true });
  const env = composeEnvironment(ctx.env, composeProject);
  return startCli(ctx, { cwd: ctx.paths.devcontainer(id), offline: true, env });
}

/**
 * `devcontainer up`: makes the session's container from its override config, or starts it again, lifecycle commands
 * included. Every attempt can be repeated. Its log is the session's `up.log`.
 * @throws UP_FAILED with the reason as far as it shows, COMPOSE_MISSING, DISK_FULL, INTERRUPTED
 */
export async function up(ctx: Context, request: UpRequest, cli = startUp(ctx, request)): Promise<UpResult> {
  try {
    return await runUp(ctx, request, cli);
  } finally {
    await cli.leave();
  }
}

async function runUp(ctx: Context, request: UpRequest, cli: StartedCli): Promise<UpResult> {
  const logFile = ctx.paths.upLog(request.id);
  await ensureFolder(ctx.paths.logs(request.id), { mode: 0o700 });
  await rotateLog(logFile);
  const data = join(ctx.paths.devcontainer(request.id), "cli");
  await ensureFolder(data, { mode: 0o700 });
  const before = await ctx.engine.listContainers(request.labels);
  try {
    return await askCli(request, cli, {
      args: planUpArgs(request, data),
      logFile,
      onDetail: (detail) => ctx.report({ session: request.name, step: "container", state: "note", detail }),
    });
  } catch (error) {
    // The CLI notes in the container that it ran a lifecycle command before it does: left there, one that failed or was
    // interrupted would never run again, and the next attempt would seem to succeed.
    if (before.length === 0) await removeNew(ctx, request);
    throw error;
  }
}

async function removeNew(ctx: Context, { labels }: UpRequest): Promise<void> {
  for (const { id } of await ctx.engine.listContainers(labels)) {
    await ctx.engine.removeContainer(id).catch((error: unknown) => ctx.log(String(error)));
  }
}

async function askCli(request: UpRequest, cli: StartedCli, words: CliWords): Promise<UpResult> {
  const outcome = await cli.run(words);
  const failed = `The dev container of ${request.name} did not come up`;
  const hint = `cowork logs ${request.name}`;
  if (!outcome.ok) throw cliError("UP_FAILED", failed, outcome, hint);
  const result = readUpResult(outcome.result);
  if (result === undefined) throw new CoworkError("UP_FAILED", `${failed}: its result cannot be read.`, { hint });
  return result;
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
    ...(request.lifecycle === false ? ["--skip-post-create"] : []),
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
    remoteEnv: Object.fromEntries(
      Object.entries(remoteEnv).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    ),
  };
}
