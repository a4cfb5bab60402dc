import { diffSession, type Diff } from "../../clone/exchange/diff.ts";
import type { Context } from "../../system/context.ts";
import type { OneSession, OpenClone } from "../session-host.ts";
import { insideOf } from "../inspect/inside-of.ts";
import { locked } from "../lifecycle/outcome.ts";
import { requireRecord } from "../record/records.ts";
import { checkCloned } from "../lifecycle/startable.ts";
import { withGitHint } from "./git-hint.ts";

/**
 * Opens one session's clone for pull or push. Holds the session's lock until `close`.
 * @throws SESSION_NOT_FOUND, SESSION_BUSY, CLONE_MISSING
 */
export async function openClone(ctx: Context, selector: OneSession): Promise<OpenClone> {
  const found = await requireRecord(ctx, selector);
  const opened = Promise.withResolvers<OpenClone>();
  const closed = Promise.withResolvers<void>();
  const held = locked(ctx, found, "check", async (record, inner) => {
    await checkCloned(ctx, record);
    const { name, email } = record.devcontainer?.git ?? {};
    opened.resolve({
      name: record.name,
      path: ctx.paths.clone(record.id),
      start: record.start,
      identity: { name, email },
      inside: await insideOf(inner, record),
      close: async () => {
        closed.resolve();
        await held;
      },
    });
    await closed.promise;
  });
  held.catch(opened.reject);
  return await opened.promise;
}

/**
 * Opens one session's clone to read it. Takes no lock, so it never waits for other commands. A stopped session is not started: its clone
 * is read in a helper container.
 * @throws SESSION_NOT_FOUND, CLONE_MISSING
 */
export async function readClone(ctx: Context, selector: OneSession): Promise<OpenClone> {
  const record = await requireRecord(ctx, selector);
  await checkCloned(ctx, record);
  const { name, email } = record.devcontainer?.git ?? {};
  return {
    name: record.name,
    path: ctx.paths.clone(record.id),
    start: record.start,
    identity: { name, email },
    inside: await insideOf(ctx, record),
    close: () => Promise.resolve(),
  };
}

/** What a session has changed since it started. Only reads, and takes no lock. */
export async function diffClone(
  ctx: Context,
  selector: OneSession,
  options: { stat: boolean; paths: readonly string[]; columns: number },
): Promise<Diff> {
  const record = await requireRecord(ctx, selector);
  await checkCloned(ctx, record);
  return await withGitHint({ name: record.name, path: ctx.paths.clone(record.id) }, async () =>
    diffSession(await insideOf(ctx, record), { start: record.start.commit, ...options }),
  );
}
