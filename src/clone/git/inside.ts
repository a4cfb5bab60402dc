import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { basename } from "node:path";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { removeTree } from "../../system/files/tree.ts";
import { plain } from "../../system/text.ts";
import type { GitInside, InsideOptions, InsideResult } from "../types.ts";
import { helperSave, helperScript } from "./inside-helper.ts";
import { insideScript, noGit } from "./inside-script.ts";
import { limits, userFor, type InsideSpec, type SaveOptions } from "./inside-spec.ts";
import { defaultMaxBytes, limitedTo } from "./limited-to.ts";

/**
 * Git for a clone that a container writes to: in that container, or in a helper container without network. Every call checks
 * again which of the two to use, because a session may be stopped in between. Methods throw ENGINE_UNREACHABLE, ENGINE_FAILED,
 * TIMEOUT, INTERRUPTED, and GIT_MISSING if no available image has git.
 */
export function gitInside(ctx: Context, spec: InsideSpec): GitInside {
  return {
    async script(text, options = {}) {
      const result = await inRunning(ctx, spec, (running) => execScript(ctx, spec, running, text, options));
      return result ?? (await helperScript(ctx, spec, text, options));
    },
    async save(text, file, options = {}) {
      const result = await inRunning(ctx, spec, (running) => attachSave(ctx, spec, running, text, file, options));
      return result ?? (await helperSave(ctx, spec, text, file, options));
    },
  };
}

interface Running {
  id: string;
  startedAt: string;
  /** where the clone is mounted */
  folder: string;
}

async function findRunning(ctx: Context, spec: InsideSpec): Promise<Running | undefined> {
  if (spec.containerId === undefined) return undefined;
  const container = await ctx.engine.findContainer(spec.containerId);
  if (container?.state !== "running") return undefined;
  const mount = container.mounts.find((each) => each.source === spec.clone);
  if (mount === undefined) return undefined;
  return { id: container.id, startedAt: container.startedAt, folder: mount.destination };
}

/**
 * Works in the session's container. Undefined if it does not run, has no git, or stops during the work: then the helper container is
 * used instead.
 */
async function inRunning<T extends { code: number }>(
  ctx: Context,
  spec: InsideSpec,
  work: (running: Running) => Promise<T>,
): Promise<T | undefined> {
  const running = await findRunning(ctx, spec);
  if (running === undefined) return undefined;
  try {
    const result = await work(running);
    return result.code === noGit || (await isFromStop(ctx, running, result)) ? undefined : result;
  } catch (error) {
    if (error instanceof CoworkError && error.code === "ENGINE_FAILED") return undefined;
    throw error;
  }
}

/** Whether a script failed because its container stops: a signal ended it first, or what it had started. */
async function isFromStop(ctx: Context, running: Running, { code }: { code: number }): Promise<boolean> {
  if (code === 0) return false;
  if (code > 128) return true;
  const now = await ctx.engine.findContainer(running.id);
  return now?.state !== "running" || now.startedAt !== running.startedAt;
}

async function execScript(
  ctx: Context,
  spec: InsideSpec,
  running: Running,
  text: string,
  options: InsideOptions,
): Promise<InsideResult> {
  const command = ["/bin/sh", "-c", insideScript(text, "container", options)] as const;
  return await ctx.engine.exec(
    running.id,
    { command, user: userFor(spec, options), workingDir: running.folder },
    limits(ctx, options),
  );
}

async function attachSave(
  ctx: Context,
  spec: InsideSpec,
  running: Running,
  text: string,
  file: string,
  options: SaveOptions,
): Promise<{ code: number; stderr: string }> {
  const { timeoutMs = 60_000, maxBytes = defaultMaxBytes, input } = options;
  const target = createWriteStream(file, { flags: "wx", mode: 0o600 });
  const counted = limitedTo(maxBytes);
  // It is read where the work ends. Without a listener, one that comes after that would end the process.
  counted.on("error", () => undefined);
  counted.pipe(target);
  // A full disk ends the stream early, so that the engine's side stops too.
  target.on("error", (error) => counted.destroy(error));
  const errors = new PassThrough();
  const stderr = collectText(errors);
  const stdin = new PassThrough();
  stdin.end(input ?? "");
  const time = AbortSignal.timeout(timeoutMs);
  const command = ["/bin/sh", "-c", insideScript(text, "container")] as const;
  try {
    const code = await ctx.engine.attach(
      running.id,
      { command, user: `${spec.uid}:${spec.gid}`, workingDir: running.folder },
      { stdin, stdout: counted, stderr: errors, signal: AbortSignal.any([ctx.signal, time]) },
    );
    counted.end();
    await finished(target);
    return { code, stderr: stderr() };
  } catch (error) {
    // Being destroyed is an error of its own.
    const failed = target.errored;
    target.destroy();
    // The file may only be about to be made.
    if (!target.closed) await once(target, "close").catch(() => undefined);
    await removeTree(file);
    if (counted.errored instanceof CoworkError) throw counted.errored;
    if (time.aborted)
      throw new CoworkError(
        "TIMEOUT",
        `Reading ${plain(basename(spec.clone))} took longer than ${timeoutMs / 1000} s.`,
      );
    throw failed ?? error;
  }
}

function collectText(stream: PassThrough): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.length < 1000 && chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}
