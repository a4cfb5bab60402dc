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
import { readMark, withMarks, type LogMark } from "./log-marks.ts";
import { logOutput, type LogOutput } from "./log-output.ts";
import { containersOf } from "./observe.ts";
import { copyNews } from "./setup-log.ts";
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
  { follow, show, marked }: LogsOptions,
  out: Writable,
): Promise<void> {
  const entry = await selectOne(ctx, selector);
  if (!("record" in entry) && show !== "setup" && show !== undefined) throw entry.error;
  const at = readMark(marked?.from);
  const write = withMarks(logOutput(out, ctx.signal), marked === undefined ? undefined : at);
  const record = show === "setup" || !("record" in entry) ? undefined : entry.record;
  const readAgent = record === undefined ? undefined : agentReader(ctx, record, { show, at, write });
  for (;;) {
    const agent = await readAgent?.();
    if (agent?.isEmpty !== false && show !== "agent") await copyNews(ctx.paths.upLog(entry.id), at.setup, write);
    if (!follow || agent?.isEnded === true || !(await goesOn(ctx, entry.id))) return;
    await ctx.clock.sleep(pollMs, ctx.signal).catch(() => undefined);
  }
}

/** Writes what the agent did since the last call. */
function agentReader(
  ctx: Context,
  record: SessionRecord,
  { show, at, write }: { show: LogsOptions["show"]; at: LogMark; write: LogOutput },
): () => Promise<{ isEmpty: boolean; isEnded: boolean } | undefined> {
  const place = placeFinder(ctx, record);
  const log = createAgentLog(ctx, record, runOf(show), { at: at.agent, out: write });
  return async () => {
    const its = await place();
    return its === undefined ? undefined : await log(its);
  };
}

/** False once the session was removed, too. */
async function goesOn(ctx: Context, id: string): Promise<boolean> {
  return !ctx.signal.aborted && (await pathExists(ctx.paths.state(id)));
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
