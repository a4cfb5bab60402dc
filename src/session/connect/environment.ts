import { join } from "node:path";
import { probeEnvironment } from "../../devcontainer/environment/environment.ts";
import { isObject } from "../../devcontainer/source/json.ts";
import { CoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { readTextFile, writeFileAtomic } from "../../system/files/files.ts";
import { withLock } from "../../system/locks.ts";
import type { SessionRecord } from "../record/record.ts";

/** How long to wait for another command's probe, in ms. */
const waitMs = 30_000;
const maxBytes = 8 * 1024 * 1024;

/** A session whose dev container is running. */
export type UpSession = SessionRecord & { container: NonNullable<SessionRecord["container"]> };

/**
 * The complete environment of programs inside. The first command after a start runs the user's shell, whose startup files may
 * be slow, and stores the result for the others. If the session is started again meanwhile, the result does not count for that
 * start: its record has another start time.
 * @param hold must be done before anything starts inside, because startup files may start the agent
 * @throws what `hold` throws, CONTAINER_MISSING, ENGINE_UNREACHABLE, INTERRUPTED
 */
export async function sessionEnvironment(
  ctx: Context,
  record: UpSession,
  containerId: string,
  hold: Promise<unknown>,
): Promise<Record<string, string>> {
  const of = `${containerId} ${record.container.startedAt} ${record.container.user}`;
  const known = await readEnvironment(ctx, record.id, of);
  if (known !== undefined) return known;
  await hold;
  return await withLock(
    ctx,
    `environment-${record.id}`,
    { waitMs, what: record.name, busy: "SESSION_BUSY" },
    async (signal) => {
      const meanwhile = await readEnvironment(ctx, record.id, of);
      if (meanwhile !== undefined) return meanwhile;
      const { variables, isFinal } = await ask({ ...ctx, signal }, record, containerId);
      if (isFinal) await keep(ctx, record.id, { of, environment: variables });
      return variables;
    },
  );
}

async function ask(ctx: Context, record: UpSession, id: string): ReturnType<typeof probeEnvironment> {
  const container = await ctx.engine.findContainer(id);
  if (container === undefined)
    throw new CoworkError("CONTAINER_MISSING", `The dev container of ${record.name} was removed just now.`, {
      hint: [ownCommand("start", record.name)],
    });
  const { user, remoteEnv } = record.container;
  const userEnvProbe = record.devcontainer?.userEnvProbe;
  return await probeEnvironment(ctx, {
    container,
    user,
    remoteEnv,
    ...(userEnvProbe === undefined ? {} : { userEnvProbe }),
  });
}

interface Kept {
  /** which start of which container and user */
  of: string;
  environment: Record<string, string>;
}

/** A failure is only logged, and the next command probes again: a full disk must not keep anyone out of a session. */
async function keep(ctx: Context, id: string, kept: Kept): Promise<void> {
  await writeFileAtomic(fileOf(ctx, id), JSON.stringify(kept), { mode: 0o600 }).catch((error: unknown) =>
    ctx.log(`could not store the environment of ${id}: ${String(error)}`),
  );
}

/** Undefined if it was never stored, belongs to another start, or cannot be read. */
async function readEnvironment(
  ctx: Pick<Context, "paths">,
  id: string,
  of: string,
): Promise<Record<string, string> | undefined> {
  try {
    const kept = JSON.parse((await readTextFile(fileOf(ctx, id), { maxBytes })) ?? "null") as Partial<Kept> | null;
    if (kept?.of !== of || !isObject(kept.environment)) return undefined;
    return Object.fromEntries(
      Object.entries(kept.environment).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    return undefined;
  }
}

function fileOf(ctx: Pick<Context, "paths">, id: string): string {
  return join(ctx.paths.devcontainer(id), "environment.json");
}
