import type { RunView } from "../../contract/work/run.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";

/** The newest run of a session, from its small file; undefined if there is none. */
export function newestRun(_ctx: Pick<Context, "paths">, _id: string): RunView | undefined {
  throw new CoworkError("INTERNAL", "not built");
}

/** The run that is active in a session: its process lives, or it waits in the queue. */
export async function activeRun(_ctx: Pick<Context, "paths">, _id: string): Promise<RunView | undefined> {
  throw new CoworkError("INTERNAL", "not built");
}
