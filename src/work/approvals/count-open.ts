import { readdirSync } from "node:fs";
import type { Context } from "../../system/context.ts";
import { isAbsent } from "../../system/files/open-folder.ts";
import { listAsks } from "./asks-folder.ts";
import { readOpen } from "./store.ts";

/** Number of open requests, those that no one took in yet included. Reads the names of files only. */
export function countOpen(ctx: Pick<Context, "paths">, id: string): number {
  const { waiting } = listAsks(ctx, id);
  if (waiting.size === 0) return 0;
  const answered = namesOf(ctx.paths.answers(id));
  return [...waiting].filter((name) => !answered.has(name)).length;
}

/** Whether there is anything to take in or to answer. Reads small files only. */
export function mayHaveRequests(ctx: Pick<Context, "paths">, id: string): boolean {
  return countOpen(ctx, id) > 0 || readOpen(ctx, id).length > 0;
}

function namesOf(folder: string): Set<string> {
  try {
    return new Set(readdirSync(folder));
  } catch (error) {
    if (isAbsent(error)) return new Set();
    throw error;
  }
}
