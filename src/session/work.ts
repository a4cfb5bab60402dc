import { diffSession, type Diff } from "../clone/diff.ts";
import { pullSession, type PullResult, type PullSpec } from "../clone/pull.ts";
import { pushSession, type PushResult, type PushSpec } from "../clone/push.ts";
import { CoworkError } from "../errors.ts";
import type { Source } from "../project/types.ts";
import type { Context } from "../system/context.ts";
import { insideOf } from "./look-inside.ts";
import { locked } from "./outcome.ts";
import { projectSource } from "./project-source.ts";
import type { SessionRecord } from "./record.ts";
import { selectRecords } from "./records.ts";
import { checkCloned } from "./startable.ts";
import type { Selector } from "./types.ts";

export type OneSession = Selector & { names: [string] };
export type PullWish = Omit<PullSpec, "session" | "startBranch" | "identity">;
export type PushWish = Pick<PushSpec, "ref" | "integrate">;

/** Brings a session's work into the project, under the session's lock. See `clone/pull.ts`. */
export async function pullWork(ctx: Context, selector: OneSession, wish: PullWish): Promise<PullResult> {
  return withClone(ctx, selector, async (record) => {
    const source = await sourceOf(ctx, record);
    const spec = { ...wish, session: record.name, startBranch: record.start.branch, identity: identityOf(record) };
    return pullSession(ctx, await insideOf(ctx, record), source, spec);
  });
}

/** Sends the project's commits into a session, under the session's lock. See `clone/push.ts`. */
export async function pushWork(ctx: Context, selector: OneSession, wish: PushWish): Promise<PushResult> {
  return withClone(ctx, selector, async (record) => {
    const source = await sourceOf(ctx, record);
    const spec = { ...wish, session: record.name, start: record.start, identity: identityOf(record) };
    return pushSession(ctx, await insideOf(ctx, record), source, spec);
  });
}

/** What a session has changed since it started; only looks, and waits for nobody. */
export async function diffWork(
  ctx: Context,
  selector: OneSession,
  wish: { stat: boolean; paths: readonly string[]; columns: number },
): Promise<Diff> {
  const record = await findRecord(ctx, selector);
  await checkCloned(ctx, record);
  return await withWayOut(ctx, record, async () =>
    diffSession(await insideOf(ctx, record), { start: record.start.commit, ...wish }),
  );
}

async function withClone<T>(
  ctx: Context,
  selector: OneSession,
  work: (record: SessionRecord) => Promise<T>,
): Promise<T> {
  return locked(ctx, await findRecord(ctx, selector), "check", async (record) => {
    await checkCloned(ctx, record);
    return await withWayOut(ctx, record, () => work(record));
  });
}

/** Where git itself gave up, a person has to look: into the session, or at its files where even that does not help. */
async function withWayOut<T>(ctx: Context, record: SessionRecord, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CoworkError) || error.code !== "GIT_FAILED" || error.hint !== undefined) throw error;
    const hint = `cowork connect ${record.name} -- git status; its files are in ${ctx.paths.clone(record.id)}`;
    throw new CoworkError("GIT_FAILED", error.message, {
      hint,
      cause: error,
      ...(error.detail === undefined ? {} : { detail: error.detail }),
    });
  }
}

async function findRecord(ctx: Context, selector: OneSession): Promise<SessionRecord> {
  const [entry] = await selectRecords(ctx, selector);
  if (entry !== undefined && "record" in entry) return entry.record;
  throw (
    entry?.error ??
    new CoworkError("SESSION_NOT_FOUND", `There is no session ${selector.names[0]}.`, { hint: "cowork list" })
  );
}

async function sourceOf(ctx: Context, record: SessionRecord): Promise<Source> {
  const source = await projectSource(ctx, record);
  if (source !== undefined) return source;
  throw new CoworkError("NOT_A_PROJECT", `The project of ${record.name} is not at ${record.projectRoot} any more.`, {
    hint: "call cowork inside the project, where it is now",
  });
}

function identityOf(record: SessionRecord): PullSpec["identity"] {
  const { name, email } = record.devcontainer?.git ?? {};
  return { name, email };
}
