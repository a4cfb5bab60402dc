import { readdirSync } from "node:fs";
import { join } from "node:path";
import { runRequest, runView, type RunRequest, type RunView } from "../../contract/work/run.ts";
import type { Context, FilesContext } from "../../system/context.ts";
import { isAbsent, writeFileAtomic } from "../../system/files/files.ts";
import { recall } from "../../system/files/file-memory.ts";
import { readSmallFile } from "../../system/files/small-file.ts";
import { isHeld } from "../../system/locks.ts";
import { isActive } from "./run-state.ts";

// The host-only folder of a run: `request.json`, `prompt.md`, `run.json`, `output.jsonl` and what the run leaves. Only the process that
// holds the lock `run-{session id}` writes `run.json`; before that process lives, and when it is gone, the one that starts a run.

const maxBytes = 1024 * 1024;
/** A prompt may be long. */
const maxRequestBytes = 64 * 1024 * 1024;
/** How long the process of a run may take until it holds its lock, in ms. */
const startMs = 60_000;

/** Held by the process that supervises a run of the session. */
export function runLock(id: string): string {
  return `run-${id}`;
}

/** The newest run of a session, from its small file; undefined if there is none. */
export function newestRun(ctx: FilesContext, id: string): RunView | undefined {
  for (const n of runNumbers(ctx, id)) {
    const run = readRun(ctx, id, n);
    if (run !== undefined) return run;
  }
  return undefined;
}

/** The run that is active in a session: its process lives, or it waits in the queue. */
export async function activeRun(ctx: Pick<Context, "paths">, id: string): Promise<RunView | undefined> {
  const run = newestRun(ctx, id);
  return run !== undefined && isActive(run) ? run : undefined;
}

/** All runs of a session, the newest first. */
export function readRuns(ctx: Pick<Context, "paths">, id: string): RunView[] {
  return runNumbers(ctx, id).flatMap((n) => readRun(ctx, id, n) ?? []);
}

/**
 * One run as it is now: one that its file calls active while its process is gone was stopped by a crash. The next run makes that final.
 * @returns undefined if there is none, or its file cannot be read
 */
export function readRun(ctx: FilesContext, id: string, n: number): RunView | undefined {
  // The order matters: a process that ends writes its last state before it releases the lock.
  const held = isHeld(ctx, runLock(id));
  const run = readRunFile(ctx, id, n);
  if (run === undefined || !isActive(run) || held) return run;
  const isStarting = run.state === "created" && Date.parse(run.createdAt) > Date.now() - startMs;
  return isStarting ? run : crashed(run);
}

/** What the file says. */
export function readRunFile(ctx: FilesContext, id: string, n: number): RunView | undefined {
  const path = join(ctx.paths.run(id, n), "run.json");
  return recall(ctx.memory, path, () => parse(readSmallFile(path, { maxBytes }), runView));
}

export async function writeRun(ctx: Pick<Context, "paths">, run: RunView): Promise<void> {
  await writeFileAtomic(join(ctx.paths.run(run.sessionId, run.n), "run.json"), JSON.stringify(run), { mode: 0o600 });
}

export function readRunRequest(ctx: Pick<Context, "paths">, id: string, n: number): RunRequest | undefined {
  return parse(readSmallFile(join(ctx.paths.run(id, n), "request.json"), { maxBytes: maxRequestBytes }), runRequest);
}

/** A run whose process is gone. */
export function crashed(run: RunView): RunView {
  const { until: _until, ...rest } = run;
  return { ...rest, state: "stopped", reason: "crash", detail: "the process that supervised it is gone" };
}

/** Descending. */
export function runNumbers(ctx: FilesContext, id: string): number[] {
  const folder = ctx.paths.runs(id);
  const list = (): number[] =>
    readdirSync(folder)
      .filter((name) => /^[1-9]\d{0,8}$/.test(name))
      .map(Number)
      .toSorted((a, b) => b - a);
  try {
    return recall(ctx.memory, folder, list) ?? [];
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

function parse<T>(bytes: Uint8Array | undefined, schema: Schema<T>): T | undefined {
  if (bytes === undefined) return undefined;
  try {
    const found = schema.safeParse(JSON.parse(Buffer.from(bytes).toString("utf8")));
    return found.success ? found.data : undefined;
  } catch {
    return undefined;
  }
}
