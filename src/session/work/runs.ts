import type { Writable } from "node:stream";
import type { OneSession, Selector } from "../../contract/requests.ts";
import type { RunRequest, RunView } from "../../contract/work/run.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";

export async function startRun(_ctx: Context, _selector: OneSession, _request: RunRequest): Promise<RunView> {
  throw new CoworkError("INTERNAL", "not built");
}
export async function listRuns(_ctx: Context, _selector: Selector, _wanted: { n?: number }): Promise<RunView[]> {
  throw new CoworkError("INTERNAL", "not built");
}
export async function superviseRun(_ctx: Context, _run: { sessionId: string; n: number }): Promise<RunView> {
  throw new CoworkError("INTERNAL", "not built");
}
/** Writes the artifacts of a run as a tar stream. */
export async function saveRun(_ctx: Context, _selector: OneSession, _n: number, _out: Writable): Promise<void> {
  throw new CoworkError("INTERNAL", "not built");
}
