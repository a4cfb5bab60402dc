import type { Writable } from "node:stream";
import type { LogsOptions } from "../../contract/remote/requests.ts";
import { toCoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { pathExists } from "../../system/files/files.ts";
import type { WorkPlace } from "../../work/types.ts";
import type { SessionRecord } from "../record/record.ts";
import { selectOne } from "../record/records.ts";
import type { Selector } from "../types.ts";
import { knownAgentPlace } from "../work/place.ts";
import { createAgentLog } from "./agent-log.ts";
import { logOutput } from "./log-output.ts";
import { containersOf } from "./observe.ts";
import { copyNews, type LogPosition } from "./setup-log.ts";
import { devContainer } from "./view.ts";

const pollMs = 500;
/** A session may be started, or its container made again, while its log is followed. */
const lookMs = 10_000;

/**
 * Writes a session's log, without control characters: what its agent did, or how its dev container started. Without a choice it is the
 * former, and the latter as long as there is nothing else. With `follow` also what comes, until the signal fires or the run that was
 * asked for has ended.
 * @throws SESSION_NOT_FOUND, RUN_NOT_FOUND
 */
export async function showLogs(
  ctx: Context,
  selector: Selector & { names: [string] },
  { follow, show }: LogsOptions,
  out: Writable,
): Promise<void> {
  const entry = await selectOne(ctx, selector);
  if (!("record" in entry) && show !== "setup" && show !== undefined) throw entry.error;
  const write = logOutput(out, ctx.signal);
  const record = show === "setup" || !("record" in entry) ? undefined : entry.record;
  const place = record === undefined ? undefined : placeFinder(ctx, record);
  const agentLog = record === undefined ? undefined : createAgentLog(ctx, record, runOf(show), write);
  let position: LogPosition = { inode: 0, offset: 0 };
  for (;;) {
    const its = await place?.();
    const agent = its === undefined ? undefined : await agentLog?.(its);
    if (agent?.isEmpty !== false && show !== "agent")
      position = await copyNews(ctx.paths.upLog(entry.id), position, write);
    if (!follow || ctx.signal.aborted || agent?.isEnded === true) return;
    // The session was removed.
    if (!(await pathExists(ctx.paths.state(entry.id)))) return;
    await ctx.clock.sleep(pollMs, ctx.signal).catch(() => undefined);
  }
}

function runOf(show: LogsOptions["show"]): number | undefined {
  return typeof show === "object" ? show.run : undefined;
}

/** Finds the session's container now and then. Without the engine a log can still be read. */
function placeFinder(ctx: Context, record: SessionRecord): () => Promise<WorkPlace | undefined> {
  let place: WorkPlace | undefined;
  let foundAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = ctx.clock.now().getTime();
    if (Math.abs(now - foundAt) < lookMs) return place;
    foundAt = now;
    const containers = await containersOf(ctx, record).catch((error: unknown) => {
      ctx.signal.throwIfAborted();
      ctx.log(`${record.id}: no container found: ${toCoworkError(error).message}`);
      return [];
    });
    place = knownAgentPlace(record, devContainer(containers));
    return place;
  };
}
