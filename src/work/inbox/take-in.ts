import type { HistoryEvent } from "../../contract/work/history.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import type { WorkPlace } from "../types.ts";

/** Moves what the hooks reported from the session's inbox into its history. @returns the new events */
export async function takeInReports(_ctx: Context, _place: WorkPlace): Promise<HistoryEvent[]> {
  throw new CoworkError("INTERNAL", "not built");
}
