import { readFileSync } from "node:fs";
import { historyEvent, type HistoryEvent } from "../../../src/contract/work/history.ts";
import type { Context } from "../../../src/system/context.ts";

/** What cowork and people did in a session, in order. */
export function readHistoryLines(ctx: Pick<Context, "paths">, id: string): HistoryEvent[] {
  try {
    const lines = readFileSync(ctx.paths.journal(id), "utf8").split("\n");
    return lines.filter((line) => line !== "").map((line) => historyEvent.parse(JSON.parse(line)));
  } catch {
    return [];
  }
}
