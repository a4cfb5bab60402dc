import { randomBytes } from "node:crypto";
import { existsSync, linkSync, lstatSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { ensureFolder, writeFileAtomic } from "../../system/files/files.ts";
import { errorCode, isAbsent } from "../../system/files/open-folder.ts";
import { withLock } from "../../system/locks.ts";
import { appendHistory } from "../history/append.ts";
import { listAsks, removeAsks } from "./asks-folder.ts";
import { approvalsLock } from "./lock.ts";
import { retiredEvent } from "./journal.ts";
import { readOpen, writeClosed } from "./store.ts";

// `container/answers`: the container sees it read-only at /opt/cowork/session/answers, and only the host writes there.

type AnswerContext = Pick<Context, "paths" | "clock" | "signal">;

/** An hour. An answer that no hook has read by then will not be read. */
const keptMs = 60 * 60_000;
const heartbeat = "heartbeat";
/** It is not written more often, in ms. */
const beatMs = 5_000;

/**
 * Forgets every answer and every open request of a session. Called before its container starts: the hooks that asked are gone, so
 * an answer could only reach a program that pretends to be one of them.
 */
export async function emptyAnswers(ctx: AnswerContext, id: string): Promise<void> {
  if (!hasTraces(ctx, id)) return;
  const folder = ctx.paths.answers(id);
  await withLock(ctx, ...approvalsLock(id), async () => {
    for (const name of answerNames(ctx, id)) rmSync(join(folder, name), { recursive: true, force: true });
    removeAsks(ctx, id);
    const at = ctx.clock.now().toISOString();
    for (const one of readOpen(ctx, id)) {
      const { answer: _, ...rest } = one;
      const now = { ...rest, state: "retired" as const, retired: { at, reason: "the container was started again" } };
      await writeClosed(ctx, id, now);
      await appendHistory(ctx, id, [retiredEvent(now)]);
    }
  });
}

/** Whether there is anything for `emptyAnswers` to do. */
export function hasTraces(ctx: Pick<Context, "paths">, id: string): boolean {
  const { waiting, ended } = listAsks(ctx, id);
  return countAnswers(ctx, id) + waiting.size + ended.size + readOpen(ctx, id).length > 0;
}

export function hasAnswer(ctx: Pick<Context, "paths">, id: string, uuid: string): boolean {
  return existsSync(join(ctx.paths.answers(id), uuid));
}

/**
 * Gives an answer, once: readers see all of it or nothing, and it is never replaced.
 * @param content empty: no decision, the hook ends without a word
 * @returns false if the request has an answer already
 */
export async function putAnswer(ctx: AnswerContext, id: string, uuid: string, content: string): Promise<boolean> {
  const folder = ctx.paths.answers(id);
  await ensureFolder(folder, { mode: 0o755 });
  const temporary = join(folder, `.new-${randomBytes(8).toString("hex")}`);
  await writeFileAtomic(temporary, content, { mode: 0o644 });
  try {
    linkSync(temporary, join(folder, uuid));
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Shows hooks that a reader lives, which may show their requests to a person. Call it at least every 20 s. */
export async function touchHeartbeat(ctx: AnswerContext, id: string): Promise<void> {
  const folder = ctx.paths.answers(id);
  const last = lstatSync(join(folder, heartbeat), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (Math.abs(ctx.clock.now().getTime() - last) < beatMs) return;
  await ensureFolder(folder, { mode: 0o755 });
  await writeFileAtomic(join(folder, heartbeat), `${ctx.clock.now().toISOString()}\n`, { mode: 0o644 });
}

/** Removes old answers. A program that writes such a request again asks again. */
export function removeOldAnswers(ctx: AnswerContext, id: string, waiting: ReadonlySet<string>): void {
  const now = ctx.clock.now().getTime();
  for (const name of answerNames(ctx, id)) {
    if (waiting.has(name) || name === heartbeat) continue;
    const path = join(ctx.paths.answers(id), name);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats !== undefined && now - stats.mtimeMs > keptMs) rmSync(path, { recursive: true, force: true });
  }
}

export function countAnswers(ctx: Pick<Context, "paths">, id: string): number {
  return answerNames(ctx, id).length;
}

function answerNames({ paths }: Pick<Context, "paths">, id: string): string[] {
  try {
    return readdirSync(paths.answers(id));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
