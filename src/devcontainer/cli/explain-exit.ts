import type { ContainerDetail, Labels } from "../../engine/types.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { plainLines } from "../../system/text.ts";
import { causeOf } from "./cli-causes.ts";
import { joinLines } from "./reason-lines.ts";

/**
 * Explains an `up` that failed because the dev container's own command had ended, with the last lines that it printed. The CLI
 * itself only reports that a container with some id is not running.
 * @returns undefined if the container is running or was never started
 */
export async function explainExit(
  ctx: Context,
  { name, labels }: { name: string; labels: Labels },
  error: unknown,
): Promise<CoworkError | undefined> {
  if (ctx.signal.aborted || !(error instanceof CoworkError) || error.code !== "UP_FAILED") return undefined;
  const found = await findEnded(ctx, labels).catch(() => undefined);
  if (found === undefined) return undefined;
  const last = joinLines(await lastOutput(ctx, found.id));
  const cause = causeOf([last]);
  const why = `its own command ended with exit code ${found.exitCode}${last === "" ? "" : `: ${last}`}`;
  const message = `The dev container of ${name} did not come up: ${cause === undefined ? "" : `${cause.why}: `}${why}.`;
  const hint =
    cause?.hint ??
    steps`set "overrideCommand": true in devcontainer.json, or give the container a command that keeps running. Commit that, then run ${ownCommand("clean", name)}, then ${ownCommand("init", name)}`;
  return new CoworkError("UP_FAILED", message, { hint, detail: error.detail ?? error.message, cause: error });
}

/** The CLI can fail on a container that is just ending before the engine knows that it has ended. */
const endingMs = 2_000;
const lookMs = 200;

async function findEnded(ctx: Context, labels: Labels): Promise<ContainerDetail | undefined> {
  for (let waited = 0; ; waited += lookMs) {
    const containers = await ctx.engine.listContainers(labels);
    const main = containers.find((one) => one.labels["devcontainer.local_folder"] !== undefined) ?? containers[0];
    if (main?.state === "exited" || main?.state === "dead") return await ctx.engine.findContainer(main.id);
    if (main?.state !== "running" || waited >= endingMs) return undefined;
    await ctx.clock.sleep(lookMs, ctx.signal);
  }
}

async function lastOutput(ctx: Context, id: string): Promise<string[]> {
  const logs = await ctx.run("docker", ["logs", "--tail", "10", id], { timeoutMs: 20_000 }).catch(() => undefined);
  return plainLines(`${logs?.stdout ?? ""}\n${logs?.stderr ?? ""}`).filter((line) => line !== "Container started");
}
