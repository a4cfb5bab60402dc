import type { RunView } from "../../contract/work/run.ts";
import type { Context } from "../../system/context.ts";
import { plain } from "../../system/text.ts";
import { supervise } from "../../work/runs/supervise/supervise.ts";
import { readRecord } from "../record/record.ts";
import { noSession } from "../record/records.ts";
import { runSession } from "./run-session.ts";

/** The work of a run's own process. */
export async function superviseRun(ctx: Context, run: { sessionId: string; n: number }): Promise<RunView> {
  const record = await readRecord(ctx, run.sessionId);
  if (record === undefined) throw noSession(plain(run.sessionId));
  return await supervise(ctx, runSession(ctx, record, run.n), run.n);
}
